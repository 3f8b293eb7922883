//! How long a page is judged: pages with ever more rows, each of which contradicts the sample.

use std::fmt::Write as _;
use std::time::Instant;

use fineprint::extract::{Input, read};
use fineprint::lint::lint;

fn page(rows: usize) -> String {
    let mut text = String::from("App Streaming:DescribeThings\n\nResponse parameters\n\n");
    for row in 0..rows {
        let _ = write!(text, "Member{row}string\n\nThe member. Valid values: Fast and Slow.\n\nQuick\n");
    }
    text.push_str("\nExamples\n\nSample success responses\n\n{\n");
    for row in 0..rows {
        let comma = if row + 1 < rows { "," } else { "" };
        let _ = writeln!(text, "\"Member{row}\": {row}{comma}");
    }
    text.push_str("}\n\nError codes\n\n");
    for row in 0..rows {
        let _ = writeln!(text, "400Thing.Gone{}The thing {row} is gone.The thing {row} is gone.", row / 2);
    }
    text
}

#[expect(clippy::print_stdout, reason = "a bench shows its figures")]
fn main() {
    for rows in [1_000, 2_000, 4_000, 8_000] {
        let text = page(rows);
        let contract = read(&[Input { name: "page.txt", text: &text }]);
        let start = Instant::now();
        let findings = lint(&contract);
        let took = start.elapsed();
        println!(
            "{rows:6} rows {:8} bytes {:6} findings {:8.1} ms {:6.2} us/row",
            text.len(),
            findings.len(),
            took.as_secs_f64() * 1e3,
            took.as_secs_f64() * 1e6 / rows as f64
        );
    }
}
