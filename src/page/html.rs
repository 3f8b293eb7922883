//! A page in HTML as the lines of a page in Markdown, each with the line of the HTML that it came from.

mod entity;
mod table;
mod tag;

use self::entity::decoded;
use self::table::Cell;
use self::tag::{Tag, raw_end, tag_at};
use super::{Section, section};

/// The lines of a page in HTML: headings with their marks, tables drawn with pipes, samples between fences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flat {
    /// The page as text.
    pub text: String,
    /// For each of its lines, the line of the HTML.
    lines: Vec<u32>,
}

impl Flat {
    /// Turns the numbers of sections cut from `text` into those of the HTML.
    pub fn renumber(&self, sections: &mut [Section<'_>]) {
        let real = |number: u32| self.lines.get((number as usize).wrapping_sub(1)).copied().unwrap_or(1);
        for section in sections {
            section.heading = section.heading.map(real);
            for line in &mut section.lines {
                line.number = real(line.number);
            }
        }
    }
}

/// Elements whose content is not the page's own text.
const SKIPPED: [&str; 11] =
    ["script", "style", "head", "nav", "footer", "aside", "noscript", "svg", "template", "iframe", "select"];

/// Elements whose content is no markup.
const RAW: [&str; 2] = ["script", "style"];

/// Elements that begin and end lines.
const BLOCKS: [&str; 28] = [
    "p",
    "div",
    "section",
    "article",
    "main",
    "header",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "br",
    "hr",
    "blockquote",
    "pre",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "figure",
    "caption",
    "form",
    "button",
    "details",
    "summary",
];

/// The lines of a text that is HTML; none where it is not.
pub fn html(text: &str) -> Option<Flat> {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let marked = start.starts_with("<!") || tag_at(start).is_some();
    if !marked || !text.contains("</") {
        return None;
    }
    let mut walk = Walk::default();
    walk.read(text);
    walk.end_table();
    walk.flush();
    Some(Flat { text: walk.text, lines: walk.lines })
}

#[derive(Debug, Default)]
struct Walk {
    text: String,
    lines: Vec<u32>,
    /// The line that is being put together, and where its first letter stands.
    draft: String,
    draft_line: u32,
    /// What the draft begins with: marks of a heading, or a bullet.
    mark: &'static str,
    /// The line of the HTML that is being read.
    at: u32,
    fenced: bool,
    /// Elements that are being passed over, by name, with how many of the name are open.
    skipped: Option<(String, usize)>,
    /// Tables that are open: only the outermost is drawn, what is inside a cell is its text.
    tables: usize,
    headed: bool,
    row: Vec<Cell>,
    in_cell: bool,
    /// The columns that this cell spans, and its rows.
    spans: (usize, usize),
    /// Per column, the cell that reaches down from a row above and the rows that it still has.
    hanging: Vec<Option<(Cell, usize)>>,
}

impl Walk {
    fn read(&mut self, text: &str) {
        self.at = 1;
        // Behind the last `>` no tag ends, and none needs to be looked for.
        let (mut rest, tail) = text.split_at(text.rfind('>').map_or(0, |at| at + 1));
        while !rest.is_empty() {
            if let Some(comment) = rest.strip_prefix("<!--") {
                let length = comment.find("-->").map_or(rest.len(), |end| end + 7);
                rest = self.pass(rest, length);
            } else if rest.starts_with("<!") || rest.starts_with("<?") {
                let length = rest.find('>').map_or(rest.len(), |end| end + 1);
                rest = self.pass(rest, length);
            } else if let Some((tag, length)) = tag_at(rest) {
                rest = self.pass(rest, length);
                self.tag(&tag);
                if !tag.closing && RAW.contains(&tag.name.as_str()) {
                    let length = raw_end(rest, &tag.name);
                    rest = self.pass(rest, length);
                }
            } else {
                // A `<` that opens no tag is text.
                let first = rest.chars().next().map_or(0, char::len_utf8);
                let length = rest[first..].find('<').map_or(rest.len(), |at| at + first);
                self.words(&rest[..length]);
                rest = &rest[length..];
            }
        }
        self.words(tail);
    }

    /// Steps over markup, counting its lines.
    fn pass<'t>(&mut self, rest: &'t str, length: usize) -> &'t str {
        let (passed, rest) = rest.split_at(length);
        self.at += passed.bytes().filter(|b| *b == b'\n').count() as u32;
        rest
    }

    fn tag(&mut self, tag: &Tag<'_>) {
        let name = tag.name.as_str();
        if let Some((skipped, open)) = &mut self.skipped {
            // A head may end without a tag that says so.
            if skipped == "head" && name == "body" {
                self.skipped = None;
            } else if skipped == name {
                *open = if tag.closing { *open - 1 } else { *open + usize::from(!tag.empty) };
                if *open == 0 {
                    self.skipped = None;
                }
            }
            return;
        }
        if SKIPPED.contains(&name) {
            if !tag.closing && !tag.empty && !RAW.contains(&name) {
                self.skipped = Some((name.to_owned(), 1));
            }
            return;
        }
        match (name, tag.closing) {
            ("table", false) => self.open_table(),
            ("table", true) => self.close_table(),
            ("tr" | "thead" | "tbody" | "tfoot", _) if self.tables == 1 => self.end_row(),
            ("td" | "th", false) if self.tables == 1 => self.open_cell(tag),
            ("td" | "th", true) if self.tables == 1 => self.end_cell(),
            ("tr" | "td" | "th", _) => self.flush(),
            ("pre", closing) => {
                self.flush();
                if self.fenced == closing {
                    if self.tables == 0 {
                        self.put(self.at, "```");
                    }
                    self.fenced = !closing;
                }
            }
            _ if BLOCKS.contains(&name) => {
                self.flush();
                match (name, tag.closing) {
                    ("li", false) => self.mark = "• ",
                    ("h1", false) => self.mark = "# ",
                    ("h2", false) => self.mark = "## ",
                    ("h3" | "h4" | "h5" | "h6", false) => self.mark = "### ",
                    ("li" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6", true) => self.mark = "",
                    // A paragraph inside an entry of a list bears the entry's bullet.
                    _ => {}
                }
                if self.tables == 0 && !self.fenced && !matches!(name, "br" | "li") {
                    self.gap();
                }
            }
            _ => {}
        }
    }

    fn words(&mut self, piece: &str) {
        for (index, line) in piece.split('\n').enumerate() {
            if index > 0 {
                if self.fenced {
                    self.flush_fenced();
                } else {
                    self.add(" ");
                }
                self.at += 1;
            }
            self.add(line);
        }
    }

    fn add(&mut self, text: &str) {
        if self.skipped.is_some() {
            return;
        }
        for c in decoded(text).chars() {
            // A line end that was written as an entity would be a line without a number.
            let c = if matches!(c, '\n' | '\r' | '\u{a0}') || !self.fenced && c.is_whitespace() { ' ' } else { c };
            if !self.fenced && c == ' ' && (self.draft.is_empty() || self.draft.ends_with(' ')) {
                continue;
            }
            if self.draft.trim().is_empty() {
                self.draft_line = self.at;
            }
            self.draft.push(c);
        }
    }

    /// Ends the line that is being put together.
    fn flush(&mut self) {
        if self.draft.trim().is_empty() {
            self.draft.clear();
            return;
        }
        self.flush_fenced();
    }

    fn flush_fenced(&mut self) {
        let draft = std::mem::take(&mut self.draft);
        let line = if draft.trim().is_empty() { self.at } else { self.draft_line };
        if self.skipped.is_some() {
            return;
        }
        let mark = std::mem::take(&mut self.mark);
        if self.in_cell {
            let bullet = if mark == "• " { mark } else { "" };
            let cell = self.row.last_mut().filter(|_| !draft.trim().is_empty());
            cell.into_iter().for_each(|cell| cell.push((line, format!("{bullet}{}", draft.trim()))));
        } else if self.fenced {
            self.put(line, draft.trim_end());
        } else if self.tables == 0 {
            let text = draft.trim();
            // What a section is known by is a heading of the second level to the rest of the reader.
            let mark = if mark == "### " && section::known(text) { "## " } else { mark };
            self.put(line, &format!("{mark}{text}"));
        }
    }

    fn put(&mut self, line: u32, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
        self.lines.push(line);
    }

    /// An empty line, unless there is one.
    fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.put(self.at, "");
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Topic, sections, tables};
    use super::*;

    fn text(page: &str) -> String {
        html(page).expect("it is HTML").text
    }

    #[test]
    fn headings_lists_and_samples_become_markdown() {
        let page = "<html><head><title>No</title><body><script>if (a < b) {}</script><nav><p>Menu</p></nav>\n\
                    <h1>Toys:BuildToy</h1><p>Builds\n <b>one</b>&nbsp;&amp; more.</p><h3>Request parameters</h3>\n\
                    <ul><li><p>One</p></li><li>Two</ul><pre><code>{\n  \"a\": 1\n}</code></pre></body></html>";
        let expected = "# Toys:BuildToy\n\nBuilds one & more.\n\n## Request parameters\n\n• One\n\n• Two\n\n```\n{\n  \"a\": 1\n}\n```\n";
        assert_eq!(text(page), expected);
    }

    #[test]
    fn tables_are_drawn_with_pipes_and_every_cell_knows_its_line() {
        let page = "<h2>Error codes</h2>\n<table><tr><th>Code</th><th>Message</th></tr>\n<tr>\n<td rowspan=2>a|b</td>\n\
                    <td><p>x</p><ul><li>y</li></ul></td></tr>\n<tr><td>z<table><tr><td>in</td></tr></table></td></tr></table>";
        let flat = html(page).expect("it is HTML");
        let mut sections = sections(&flat.text);
        flat.renumber(&mut sections);
        assert_eq!((sections[1].topic, sections[1].heading), (Topic::Errors, Some(1)));
        let tables = tables(&sections[1].lines);
        assert_eq!(tables[0].header, ["Code", "Message"]);
        let cell = |line, text: &str| (line, text.to_owned());
        assert_eq!(tables[0].rows[0].cells, [vec![cell(4, "a|b")], vec![cell(5, "x"), cell(5, "• y")]]);
        assert_eq!(tables[0].rows[1].cells, [vec![cell(6, "a|b")], vec![cell(6, "z"), cell(6, "in")]]);
    }

    #[test]
    fn what_is_no_html_is_left_alone() {
        for page in ["", "# Title\n<br>", "<userId:1> </a>", "a <table></table>", "{\"a\": \"</p>\"}"] {
            assert_eq!(html(page), None, "{page}");
        }
    }

    #[test]
    fn what_never_ends_is_read_in_a_moment() {
        for piece in
            ["<a \">\" ", "<a '", "<table><tr><td rowspan=16 colspan=16>", "<li><pre>", "<script>", "&#9", "<!--"]
        {
            let page = format!("<p></p>{}", piece.repeat(50_000));
            let start = std::time::Instant::now();
            let _ = html(&page);
            assert!(start.elapsed().as_secs() < 20, "{piece}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_and_every_line_is_one_of_the_page(
            pieces in prop::collection::vec(prop_oneof![
                prop::sample::select(vec![
                    "<table>", "</table>", "<tr>", "<td>", "<td rowspan=3>", "<th colspan='2'>", "</td>", "</tr>", "<li>", "<p>", "</p>",
                    "<pre>", "</pre>", "<h1>", "</h2>", "<h3>", "<script>", "</script>", "<head>", "<nav>", "</nav>", "<!--", "-->",
                    "\n", "&amp;", "&#0;", "&#x10ffff;", "<", "é", "|", "\\", "```", "{\"a\":1}", "Errors", "<a href=\"",
                ]).prop_map(str::to_owned),
                ".{0,8}",
            ], 0..60)
        ) {
            let page = format!("<p></p>{}", pieces.concat());
            let flat = html(&page).expect("it is HTML");
            let count = 1 + page.matches('\n').count() as u32;
            prop_assert_eq!(flat.lines.len(), flat.text.lines().count());
            prop_assert!(flat.lines.iter().all(|line| (1..=count).contains(line)));
        }
    }
}
