//! What the fuzzers start from and what they once found, replayed.

#[path = "../../../fuzz/wire.rs"]
mod wire;

fn replay(target: &str, least: usize, run: fn(&[u8])) {
    let folder = format!("{}/fuzz/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let count = files.map(|file| run(&std::fs::read(file.path()).unwrap())).count();
    assert!(count >= least, "{target}: {count} files");
}

#[test]
fn the_corpus_of_signatures_is_read_without_harm() {
    replay("signature", 13, wire::signature);
}

#[test]
fn the_corpus_of_documents_is_read_without_harm() {
    replay("vocabulary", 20, wire::vocabulary);
}

#[test]
fn the_corpus_of_html_is_cleaned_without_harm() {
    replay("html", 40, wire::html);
}

#[test]
fn the_corpus_of_webfinger_is_read_without_harm() {
    replay("webfinger", 20, wire::webfinger);
}
