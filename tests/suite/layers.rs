//! The table of layers in ARCHITECTURE.md, held against the sources.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Every module with its line in the table.
fn layers() -> BTreeMap<String, usize> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("it is there");
    let table =
        text.split("```layers\n").nth(1).and_then(|rest| rest.split("```").next()).expect("it has a table of layers");
    let lines = table.lines().enumerate();
    lines.flat_map(|(line, modules)| modules.split_whitespace().map(move |m| (m.to_owned(), line))).collect()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        match entry.path() {
            path if path.is_dir() => sources(&path, found),
            path if path.extension().is_some_and(|e| e == "rs") => found.push(path),
            _ => {}
        }
    }
}

/// The module a source belongs to: its folder or file below `src`.
fn module(path: &Path) -> String {
    let below = path.strip_prefix(root().join("src")).expect("it lies in src");
    let first = below.components().next().expect("it has a name").as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

#[test]
fn modules_import_from_lines_above_their_own() {
    let layers = layers();
    let mut found = Vec::new();
    sources(&root().join("src"), &mut found);
    let mut wrong = Vec::new();
    let mut imports = 0;
    for path in found {
        let own = module(&path);
        if own == "lib" || own == "main" {
            continue;
        }
        let Some(line) = layers.get(&own) else {
            wrong.push(format!("{own} stands in no layer"));
            continue;
        };
        let text = fs::read_to_string(&path).expect("readable");
        for used in text.split("crate::").skip(1) {
            let name: String = used.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            if name == own || name.is_empty() {
                continue;
            }
            imports += 1;
            match layers.get(&name) {
                Some(above) if above < line => {}
                _ => wrong.push(format!("{} imports {name}", path.strip_prefix(root()).expect("below").display())),
            }
        }
    }
    assert!(imports > 100, "the test reads no imports any more");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_module_stands_in_one_layer() {
    let layers = layers();
    let mut found = Vec::new();
    sources(&root().join("src"), &mut found);
    let modules: std::collections::BTreeSet<String> =
        found.iter().map(|p| module(p)).filter(|m| m != "lib" && m != "main").collect();
    for module in &modules {
        assert!(layers.contains_key(module), "{module} stands in no layer");
    }
}
