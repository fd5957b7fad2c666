//! The shape of the source: imports point downwards, nothing goes round, files and functions stay
//! readable, and what must not stand in templates and scripts does not.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What each top-level module may use, beside [`LEAVES`]. Nothing points upwards.
const MAY_USE: &[(&str, &[&str])] = &[
    ("cli", &["http", "worker", "service", "app", "darkroom", "store"]),
    ("http", &["service", "app", "activitypub", "photo", "net", "blob", "store", "entity"]),
    ("worker", &["service", "app", "activitypub", "photo", "net", "blob", "store", "entity"]),
    ("service", &["app", "activitypub", "darkroom", "photo", "net", "blob", "store", "entity"]),
    ("app", &["activitypub", "darkroom", "photo", "net", "blob", "store", "entity"]),
    ("darkroom", &["photo"]),
    ("store", &["entity"]),
    ("activitypub", &[]),
    ("photo", &[]),
    ("net", &[]),
    ("blob", &[]),
    ("entity", &[]),
];

/// Anyone may use these; they know nothing of the rest.
const LEAVES: &[&str] = &["clock", "config", "fault", "ids", "secrets", "telemetry"];

const MOST_LINES: usize = 500;
const MOST_LINES_OF_A_FUNCTION: usize = 60;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files below `folder` whose names end so, by their path in the project.
fn files(folder: &str, end: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = vec![root().join(folder)];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).unwrap_or_else(|e| panic!("{}: {e}", next.display())) {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root()).unwrap().display().to_string();
            if path.is_dir() && !name.ends_with("node_modules") {
                open.push(path);
            } else if name.ends_with(end) {
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "{folder} holds files that end in {end}");
    found
}

/// Rust with the insides of comments, strings and character literals blanked; lines stay lines.
fn code_only(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let skipped = skipped(rest);
        if skipped == 0 {
            let one = rest.chars().next().unwrap();
            out.push(one);
            rest = &rest[one.len_utf8()..];
        } else {
            out.extend(rest[..skipped].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            rest = &rest[skipped..];
        }
    }
    out
}

/// How many bytes at the start are a comment, a string or a character literal.
fn skipped(text: &str) -> usize {
    let after = |open: usize, close: &str| text[open..].find(close).map_or(text.len(), |at| open + at + close.len());
    if text.starts_with("//") {
        return text.find('\n').unwrap_or(text.len());
    }
    if text.starts_with("/*") {
        return after(2, "*/");
    }
    if let Some(hashes) = text.strip_prefix('r').map(|t| t.bytes().take_while(|b| *b == b'#').count())
        && text[1 + hashes..].starts_with('"')
    {
        return after(2 + hashes, &format!("\"{}", "#".repeat(hashes)));
    }
    if let Some(inside) = text.strip_prefix('"') {
        let mut escaped = false;
        let end = inside.char_indices().find(|(_, c)| {
            let closes = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            closes
        });
        return end.map_or(text.len(), |(at, _)| at + 2);
    }
    let mut letters = text.chars();
    match (letters.next(), letters.next(), letters.next()) {
        (Some('\''), Some('\\'), _) => after(3, "'"),
        (Some('\''), Some(inner), Some('\'')) => 2 + inner.len_utf8(),
        _ => 0,
    }
}

/// The first names after each `crate::`, groups in braces included.
fn used_modules(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        let Some(group) = after.strip_prefix('{') else {
            found.extend(first_name(after));
            continue;
        };
        let mut depth = 0;
        let mut item = String::new();
        for c in group.chars() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => found.extend(first_name(&std::mem::take(&mut item))),
                _ => {}
            }
            if !(c == ',' && depth == 0) {
                item.push(c);
            }
        }
        found.extend(first_name(&item));
    }
    found
}

fn first_name(path: &str) -> Option<String> {
    let name: String = path.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    Some(name).filter(|n| !n.is_empty())
}

/// Which top-level module a file of `src` belongs to; none for the two roots.
fn module_of(path: &str) -> Option<String> {
    let inside = path.strip_prefix("src/")?;
    let name = inside.split('/').next()?.trim_end_matches(".rs");
    (!matches!(name, "lib" | "main")).then(|| name.to_owned())
}

/// Who uses whom, with a file that shows it.
fn imports() -> BTreeMap<(String, String), String> {
    let mut found = BTreeMap::new();
    for (path, text) in files("src", ".rs") {
        let Some(module) = module_of(&path) else { continue };
        // A crate of its own, which cannot reach the others at all.
        if module == "photo" {
            continue;
        }
        for used in used_modules(&code_only(&text)) {
            if used != module {
                found.entry((module.clone(), used)).or_insert_with(|| path.clone());
            }
        }
    }
    assert!(found.len() > 30, "the imports are found");
    found
}

#[test]
fn every_module_has_its_place_in_the_layers() {
    let known: BTreeSet<&str> = MAY_USE.iter().map(|(name, _)| *name).chain(LEAVES.iter().copied()).collect();
    for (path, _) in files("src", ".rs") {
        if let Some(module) = module_of(&path) {
            assert!(known.contains(module.as_str()), "{path}: say in this test which layer {module} is");
        }
    }
}

#[test]
fn imports_point_downwards_only() {
    let mut upward = Vec::new();
    for ((from, to), path) in imports() {
        let allowed = MAY_USE.iter().find(|(name, _)| *name == from).map_or(&[] as &[&str], |(_, list)| list);
        if !allowed.contains(&to.as_str()) && !LEAVES.contains(&to.as_str()) {
            upward.push(format!("{path}: {from} uses {to}"));
        }
    }
    assert!(upward.is_empty(), "{upward:#?}");
}

#[test]
fn no_imports_go_round() {
    let imports = imports();
    let mut left: BTreeSet<&str> = imports.keys().flat_map(|(a, b)| [a.as_str(), b.as_str()]).collect();
    // Takes away what uses nothing that is left, until nothing or a circle remains.
    while let Some(free) =
        left.iter().find(|m| !imports.keys().any(|(a, b)| a == **m && left.contains(b.as_str()))).copied()
    {
        left.remove(free);
    }
    assert!(left.is_empty(), "these use each other in a circle: {left:?}");
}

#[test]
fn migrations_know_nothing_of_the_program() {
    for (path, text) in files("migrations/src", ".rs") {
        let code = code_only(&text);
        assert!(!code.contains("cyanotype::") && !code.contains("entity::"), "{path} must not change when entities do");
    }
}

#[test]
fn files_stay_readable() {
    let all = files("src", ".rs").into_iter().chain(files("migrations/src", ".rs")).chain(files("tests/all", ".rs"));
    let long: Vec<String> = all
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > MOST_LINES)
        .map(|(path, lines)| format!("{path}: {lines} lines"))
        .collect();
    assert!(long.is_empty(), "over {MOST_LINES} lines: {long:#?}");
}

/// Name, first line and number of lines of every function's body; blank lines and comments do not count.
fn functions(code: &str) -> Vec<(String, usize, usize)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let own_word = code[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '_');
        let Some(name) = first_name(&code[at + 3..]).filter(|_| own_word) else { continue };
        let rest = &code[at..];
        let (Some(body), end) = (rest.find('{'), rest.find(';')) else { continue };
        if end.is_some_and(|end| end < body) {
            continue;
        }
        let mut depth = 0usize;
        let close = rest[body..].char_indices().find(|(_, c)| {
            depth = match c {
                '{' => depth + 1,
                '}' => depth - 1,
                _ => depth,
            };
            depth == 0
        });
        let inside = close.map_or("", |(close, _)| &rest[body + 1..body + close]);
        let lines = inside.lines().filter(|line| !line.trim().is_empty()).count();
        found.push((name, code[..at].matches('\n').count() + 1, lines));
    }
    found
}

#[test]
fn functions_stay_readable() {
    let mut long = Vec::new();
    for (path, text) in files("src", ".rs").into_iter().chain(files("migrations/src", ".rs")) {
        for (name, line, lines) in functions(&code_only(&text)) {
            if lines > MOST_LINES_OF_A_FUNCTION {
                long.push(format!("{path}:{line}: {name} has {lines} lines"));
            }
        }
    }
    assert!(long.is_empty(), "over {MOST_LINES_OF_A_FUNCTION} lines: {long:#?}");
}

#[test]
fn nothing_is_left_to_be_done_later() {
    let marks = [["TO", "DO"].concat(), ["FIX", "ME"].concat(), ["XX", "X"].concat(), ["HA", "CK"].concat()];
    let mut found = Vec::new();
    for (folder, end) in [
        ("src", ".rs"),
        ("migrations/src", ".rs"),
        ("tests", ".rs"),
        ("templates", ".html"),
        ("static", ".js"),
        ("static", ".css"),
    ] {
        for (path, text) in files(folder, end) {
            let words = text.lines().zip(1..).filter(|(line, _)| {
                line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| marks.iter().any(|m| m == word))
            });
            found.extend(words.map(|(line, n)| format!("{path}:{n}: {}", line.trim())));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn r077_no_program_is_started_but_our_own_and_no_document_type_is_ever_read() {
    let all = files("src", ".rs");
    let using = |mark: &str| {
        let found = all.iter().filter(|(_, text)| code_only(text).contains(mark)).map(|(path, _)| path.as_str());
        found.filter(|path| !path.ends_with("drill.rs")).collect::<Vec<_>>()
    };
    assert_eq!(using("Command::new"), ["src/darkroom/child.rs"], "the photo process, with one fixed argument");
    for way in ["libc::system", "execv", "posix_spawn", "popen"] {
        assert!(using(way).is_empty(), "{way}: {:?}", using(way));
    }
    // One reader of XML, which refuses document types, and with them every entity, unless it is told otherwise.
    assert_eq!(using("roxmltree"), ["src/activitypub/webfinger.rs", "src/photo/metadata/xmp.rs"]);
    assert!(using("allow_dtd: true").is_empty());
    for reader in ["quick_xml", "xml::reader", "libxml", "minidom"] {
        assert!(using(reader).is_empty(), "{reader}: {:?}", using(reader));
    }
}

#[test]
fn r068_no_template_calls_text_safe() {
    for (path, text) in files("templates", ".html") {
        let squeezed = text.replace([' ', '\t', '\n'], "");
        for way in ["|safe", "autoescape"] {
            assert!(!squeezed.contains(way), "{path} holds {way}: HTML comes as SanitizedHtml, never by a filter");
        }
    }
    let ways_in: Vec<String> = files("src", ".rs")
        .into_iter()
        .filter(|(_, text)| code_only(text).contains("from_safe_string"))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(ways_in, ["src/service/views/shapes.rs"], "HTML enters templates at one place");
}

#[test]
fn r069_templates_hold_no_inline_script_and_no_style_attribute() {
    for (path, text) in files("templates", ".html") {
        for tag in text.split('<').skip(1) {
            let head = tag.split('>').next().unwrap_or_default();
            assert!(!head.contains(" style="), "{path}: <{head}>");
            assert!(!head.to_lowercase().contains("javascript:"), "{path}: <{head}>");
            assert!(
                !head.split_whitespace().skip(1).any(|a| a.starts_with("on") && a.contains('=')),
                "{path}: <{head}>"
            );
            let script = tag.strip_prefix("script").and_then(|t| t.split_once('>'));
            assert!(script.is_none_or(|(head, body)| head.contains("src=") && body.is_empty()), "{path}: <{head}>");
        }
        let nonced = text.matches("<style nonce=\"{{ frame.nonce }}\">").count();
        assert_eq!(text.matches("<style").count(), nonced, "{path}: a style block carries the page's nonce");
    }
}

#[test]
fn scripts_never_turn_text_into_markup_or_code() {
    for (path, text) in files("static", ".js") {
        for way in
            ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", ".style."]
        {
            assert!(!text.contains(way), "{path} uses {way}");
        }
    }
}

#[test]
fn styles_and_pictures_fetch_nothing_from_elsewhere() {
    for (folder, end) in [("static", ".css"), ("static", ".svg"), ("static", ".js"), ("templates", ".html")] {
        for (path, text) in files(folder, end) {
            let names = text.replace("http://www.w3.org/", "");
            for scheme in ["http://", "https://", "url(//"] {
                assert!(!names.contains(scheme), "{path} names an address elsewhere");
            }
        }
    }
}

#[test]
fn the_reader_of_source_reads_what_it_should() {
    let code = code_only(
        "use crate::{a::{b, c}, d}; // crate::no\nlet x = \"crate::no\"; 'c'; r#\"crate::no\"#; crate::e::f()",
    );
    assert_eq!(used_modules(&code).into_iter().collect::<Vec<_>>(), ["a", "d", "e"]);
    let code = code_only("fn one() {\n  let s = \"}\";\n}\ntrait T { fn two(); }\nfn three<'a>(x: &'a str) { '{'; }\n");
    let found: Vec<_> = functions(&code).into_iter().map(|(name, _, lines)| (name, lines)).collect();
    assert_eq!(found, [("one".to_owned(), 1), ("three".to_owned(), 1)]);
}
