//! How fast pages are read, and what a long page costs: `cargo bench --bench read`, or `-- FOLDER` for pages of your own.

#![expect(clippy::print_stdout, reason = "what it prints is all it does")]

use std::path::Path;
use std::time::{Duration, Instant};

use fineprint::extract::{Input, read};

const PAGE: &str = include_str!("../fixtures/pages/create-image-by-instance.txt");

/// How long each figure is taken over.
const SPAN: Duration = Duration::from_secs(2);

fn main() {
    let folder = std::env::args().skip(1).find(|word| Path::new(word).is_dir());
    let pages = folder.map_or_else(|| vec![PAGE.to_owned()], |folder| texts(Path::new(&folder)));
    let bytes: usize = pages.iter().map(String::len).sum();
    println!("{} pages of {} bytes on average", pages.len(), bytes / pages.len());
    let (rounds, took) = repeat(|| {
        for page in &pages {
            std::hint::black_box(read(&[Input { name: "page.txt", text: page }]));
        }
    });
    let count = f64::from(rounds) * pages.len() as f64;
    println!("{:.0} pages a second on one core", count / took.as_secs_f64());
    let short = cost(50 << 10);
    let long = cost(50 << 20);
    println!("a page of 50 MiB costs {:.2} times as much a byte as one of 50 KiB", long / short);
    if let Some((page, peak)) = memory() {
        println!("reading {} MiB took {:.1} times the page in memory", page >> 20, peak as f64 / page as f64);
    }
}

/// The texts of a folder's files.
fn texts(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).expect("the folder can be listed").flatten();
    files.filter_map(|file| std::fs::read_to_string(file.path()).ok()).collect()
}

/// How often a task runs within the span.
fn repeat(mut task: impl FnMut()) -> (u32, Duration) {
    task();
    let start = Instant::now();
    let mut rounds = 0;
    while start.elapsed() < SPAN {
        task();
        rounds += 1;
    }
    (rounds, start.elapsed())
}

/// The built-in page with so many parameters that it has about this length.
fn long_page(length: usize) -> String {
    let row = |at: usize| {
        format!("Name{at}stringNo\n\nThe name of part {at}. It must be 2 to 128 characters in length.\n\npart-{at}\n")
    };
    let (before, after) = PAGE.split_once("DescriptionstringNo").expect("the page has the row");
    let rows: String = (0..length.saturating_sub(PAGE.len()) / 90).map(row).collect();
    format!("{before}{rows}DescriptionstringNo{after}")
}

/// Nanoseconds a byte.
fn cost(length: usize) -> f64 {
    let page = long_page(length);
    let (rounds, took) = repeat(|| {
        std::hint::black_box(read(&[Input { name: "page.txt", text: &page }]));
    });
    took.as_nanos() as f64 / f64::from(rounds) / page.len() as f64
}

/// A long page's length and what reading it added to the peak of this process, where the system tells.
fn memory() -> Option<(usize, usize)> {
    let peak = || {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
        line.split_whitespace().nth(1)?.parse::<usize>().ok()
    };
    // The peak of what ran before is forgotten where the system lets us.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let page = long_page(8 << 20);
    let before = peak()?;
    std::hint::black_box(read(&[Input { name: "page.txt", text: &page }]));
    Some((page.len(), (peak()?.saturating_sub(before)) << 10))
}
