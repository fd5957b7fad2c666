//! What the fuzzers start from and what they once found, replayed.

#[path = "../../../../fuzz/harness.rs"]
mod harness;

fn replay(target: &str, least: usize, run: fn(&[u8])) {
    let folder = format!("{}/../../fuzz/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(folder).expect("the corpus is there").filter_map(Result::ok);
    let mut count = 0;
    for file in files {
        run(&std::fs::read(file.path()).expect("a file"));
        count += 1;
    }
    assert!(count >= least, "{target}: {count} files");
}

#[test]
fn the_corpus_of_the_walk_is_read_without_harm() {
    replay("probe", 30, harness::probe);
}

#[test]
fn the_corpus_of_metadata_is_read_without_harm() {
    replay("metadata", 6, harness::metadata);
}

#[test]
fn the_corpus_of_the_pipeline_is_decoded_without_harm() {
    replay("pipeline", 25, harness::pipeline);
}
