//! One page in every rendering and language says the same.

use fineprint::contract::{Contract, Operation, Source};
use fineprint::extract::{Input, Rendering, read, read_as, read_each};

/// Name, type, whether it is required, description, example.
type Row = (&'static str, &'static str, bool, &'static str, &'static str);

const REQUEST: [Row; 4] = [
    ("ImageName", "string", true, "The name of it.", "blue"),
    ("Type", "string", false, "The kind of it.", "large"),
    ("Description", "string", false, "What it is for.", "a-test"),
    ("Size", "integer", false, "Its size.", "40"),
];

const RESPONSE: [Row; 2] =
    [("ImageId", "string", false, "The ID of it.", "img-1"), ("RequestId", "string", false, "The ID.", "req-1")];

const SAMPLE: &str = "{\n  \"ImageId\": \"img-1\",\n  \"RequestId\": \"req-1\"\n}";

const ERRORS: [(u16, &str, &str); 2] = [(400, "Image.Taken", "The name is taken."), (404, "Image.Gone", "It is gone.")];

/// The words of a language: headings of request, response, samples and errors; columns; yes and no.
struct Words {
    headings: [&'static str; 4],
    columns: [&'static str; 5],
    errors: [&'static str; 4],
    answers: [&'static str; 2],
}

const ENGLISH: Words = Words {
    headings: ["Request parameters", "Response parameters", "Examples", "Error codes"],
    columns: ["Parameter", "Type", "Required", "Description", "Example"],
    errors: ["HTTP status code", "Error code", "Error message", "Description"],
    answers: ["Yes", "No"],
};

const CHINESE: Words = Words {
    headings: ["请求参数", "返回参数", "示例", "错误码"],
    columns: ["名称", "类型", "必填", "描述", "示例值"],
    errors: ["HTTP status code", "错误码", "错误信息", "描述"],
    answers: ["是", "否"],
};

const JAPANESE: Words = Words {
    headings: ["リクエストパラメーター", "レスポンス要素", "例", "エラーコード"],
    columns: ["パラメーター", "タイプ", "必須 / 任意", "説明", "例"],
    errors: ["HTTP ステータスコード", "エラーコード", "エラーメッセージ", "説明"],
    answers: ["必須", "任意"],
};

const INDONESIAN: Words = Words {
    headings: ["Parameter permintaan", "Elemen respons", "Contoh", "Kode kesalahan"],
    columns: ["Parameter", "Type", "Required", "Description", "Example"],
    errors: ["HTTP status code", "Error code", "Error message", "Description"],
    answers: ["Yes", "No"],
};

const INDONESIAN_TABLES: Words = Words {
    headings: INDONESIAN.headings,
    columns: ["Nama", "Tipe", "Diperlukan", "Keterangan", "Contoh"],
    errors: ["Kode status HTTP", "Kode kesalahan", "Pesan kesalahan", "Keterangan"],
    answers: ["Ya", "Tidak"],
};

/// What other products call the same.
const SYNONYMS: [Words; 2] = [
    Words {
        headings: ["Parameters", "Response fields", "Examples", "Common error codes"],
        columns: ["Field", "Data type", "Mandatory", "Remarks", "Sample"],
        errors: ["HTTP status", "Code", "Message", "Solution"],
        answers: ["✅", "No (conditional)"],
    },
    Words {
        headings: ["请求参数说明", "返回结果", "示例", "错误码列表"],
        columns: ["参数名称", "参数类型", "是否必须", "参数说明", "样例"],
        errors: ["状态码", "错误代码", "描述", "解决方案"],
        answers: ["必选", "非必填"],
    },
];

const LANGUAGES: [Words; 5] = [ENGLISH, CHINESE, JAPANESE, INDONESIAN, INDONESIAN_TABLES];

impl Words {
    /// The cells of a table: its header, and its rows.
    fn cells(&self, rows: &[Row], asks: bool) -> Vec<Vec<String>> {
        let keep = |cells: [&str; 5]| -> Vec<String> {
            let kept = cells.iter().enumerate().filter(|(at, _)| asks || *at != 2);
            kept.map(|(_, cell)| (*cell).to_owned()).collect()
        };
        let row = |(name, kind, required, text, example): &Row| {
            keep([name, kind, self.answers[usize::from(!required)], text, example])
        };
        std::iter::once(keep(self.columns)).chain(rows.iter().map(row)).collect()
    }

    fn errors(&self) -> Vec<Vec<String>> {
        let row = |(status, code, message): &(u16, &str, &str)| {
            vec![status.to_string(), (*code).to_owned(), (*message).to_owned(), (*message).to_owned()]
        };
        std::iter::once(self.errors.map(str::to_owned).to_vec()).chain(ERRORS.iter().map(row)).collect()
    }

    /// The page with its tables drawn by `table`, and those of errors by `errors`.
    fn page(&self, table: impl Fn(&[Vec<String>]) -> String, errors: impl Fn(&[Vec<String>]) -> String) -> String {
        let [request, response, samples, failures] = self.headings;
        format!(
            "Paint Shop:CreateImage\n\nMakes an image.\n\n{request}\n\n{}\n\n{response}\n\n{}\n\n{samples}\n\n{SAMPLE}\n\n{failures}\n\n{}\n",
            table(&self.cells(&REQUEST, true)),
            table(&self.cells(&RESPONSE, false)),
            errors(&self.errors()),
        )
    }
}

fn piped(rows: &[Vec<String>]) -> String {
    let line = |cells: &Vec<String>| format!("| {} |\n", cells.join(" | "));
    let rule = format!("|{}\n", "---|".repeat(rows[0].len()));
    rows.iter().enumerate().map(|(at, cells)| if at == 0 { line(cells) + &rule } else { line(cells) }).collect()
}

fn without_first_pipe(rows: &[Vec<String>]) -> String {
    piped(rows).lines().map(|line| line.trim_start_matches(['|', ' ']).to_owned() + "\n").collect()
}

fn on_own_lines(rows: &[Vec<String>]) -> String {
    let row = |cells: &Vec<String>| format!("| {} |\n", cells.join(" |\n"));
    let header = format!("|\n{} |\n", rows[0].join(" |\n"));
    header + &rows[1..].iter().map(row).collect::<String>()
}

fn in_paragraphs(rows: &[Vec<String>]) -> String {
    rows.iter().flatten().map(|cell| format!("{cell}\n\n")).collect()
}

fn spaced(rows: &[Vec<String>]) -> String {
    let description = rows[0].len() - 2;
    let row = |cells: &Vec<String>| {
        let own: Vec<&str> = (0..cells.len()).filter(|at| *at != description).map(|at| cells[at].as_str()).collect();
        format!("{}\n\n{}\n\n", own.join(" "), cells[description])
    };
    let mut header = rows[0].clone();
    header.swap(description, description + 1);
    header.join(" ") + "\n" + &rows[1..].iter().map(row).collect::<String>()
}

/// Cells run together; description and example stand below.
fn run(rows: &[Vec<String>]) -> String {
    let row = |cells: &Vec<String>| {
        let (head, tail) = cells.split_at(cells.len() - 2);
        format!("{}\n\n{}\n\n{}\n", head.concat(), tail[0], tail[1])
    };
    rows[0].concat() + "\n" + &rows[1..].iter().map(row).collect::<String>()
}

fn on_one_line(rows: &[Vec<String>]) -> String {
    rows.iter().map(|cells| cells.concat() + "\n").collect()
}

/// As a table is copied out of a browser.
fn tabbed(rows: &[Vec<String>]) -> String {
    rows.iter().map(|cells| cells.join("\t") + "\n").collect()
}

/// The columns in another order: description, the one between, name, type, and what is left.
fn shuffled(rows: &[Vec<String>]) -> String {
    let row = |cells: &Vec<String>| {
        let mut cells = cells.clone();
        cells.swap(0, 2);
        cells.rotate_right(1);
        cells
    };
    piped(&rows.iter().map(row).collect::<Vec<_>>())
}

fn read_one(page: &str) -> Contract {
    read(&[Input { name: "page.txt", text: page }])
}

/// What a page says, as the lists above have it.
fn says_all(page: &str, described: bool) {
    let contract = read_one(page);
    let operation: &Operation = contract.operations.first().unwrap_or_else(|| panic!("{page}\n{:?}", contract.notes));
    let request: Vec<_> = operation.parameters.iter().map(|p| (p.field.name.as_str(), p.field.required)).collect();
    assert_eq!(request, REQUEST.map(|(name, _, required, _, _)| (name, Some(required))), "{page}");
    for (parameter, (_, kind, _, text, example)) in operation.parameters.iter().zip(REQUEST) {
        assert_eq!(parameter.field.spelled, kind, "{page}");
        assert_eq!(parameter.field.example.as_ref().map(|e| e.value.as_str()), Some(example), "{page}");
        let description = parameter.field.description.as_ref().map(|d| d.value.as_str());
        assert!(!described || description == Some(text), "{description:?}\n{page}");
    }
    let answer = operation.response.as_ref().unwrap_or_else(|| panic!("{page}"));
    let members: Vec<&str> = answer.fields.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(members, ["ImageId", "RequestId"], "{page}");
    let errors: Vec<_> = operation.errors.iter().map(|e| (e.status, e.code.as_str(), e.message.as_str())).collect();
    assert_eq!(errors, ERRORS.map(|(status, code, message)| (Some(status), code, message)), "{page}");
}

#[test]
fn a_page_says_the_same_in_every_rendering_and_language() {
    for words in &LANGUAGES {
        says_all(&words.page(piped, piped), true);
        says_all(&words.page(without_first_pipe, without_first_pipe), true);
        says_all(&words.page(on_own_lines, on_own_lines), true);
        says_all(&words.page(in_paragraphs, on_one_line), true);
        says_all(&words.page(spaced, piped), true);
        says_all(&words.page(tabbed, tabbed), true);
        says_all(&words.page(shuffled, shuffled), true);
        says_all(&words.page(run, on_one_line), true);
        says_all(&words.page(run, in_paragraphs), true);
        says_all(&words.page(piped, piped).replace('\n', "\r\n").replace("\r\n| ", "\r\n  | "), true);
    }
    for words in SYNONYMS {
        let marked = words.headings.iter().fold(words.page(piped, piped), |page, heading| {
            page.replace(&format!("\n{heading}\n"), &format!("\n## {heading}\n"))
        });
        says_all(&marked, true);
    }
    says_all(&ENGLISH.page(on_one_line, on_one_line), true);
}

#[test]
fn a_table_of_two_columns_holds_everything_in_the_second() {
    let page = "CreateImage\n\n制作镜像\n\n请求参数\n\n字段名称字段详情\nImageNamestring必填\n\n镜像名称。\n\n示例值:blue参考取值来源:\n    ListImages\n\
                Sizeinteger\n\n大小。取值范围:展开详情\n\n示例值:40\n返回参数\n\n字段名称字段详情\nImageIdstring\n\n镜像。\n\n示例值:img-1\n\
                返回示例\n\n{\"ImageId\": \"img-1\"}\n\n错误码\n\n全局错误码\nHTTP 状态码错误码错误信息操作\n400\nImage.Taken\nThe name is taken.诊断\n\
                404\nImage.Gone\nIt is gone.诊断\n";
    let contract = read_one(page);
    let operation = contract.operation("CreateImage").expect("it is there");
    let fields: Vec<_> = operation.parameters.iter().map(|p| &p.field).collect();
    let said: Vec<_> = fields.iter().map(|f| (f.name.as_str(), f.spelled.as_str(), f.required)).collect();
    assert_eq!(said, [("ImageName", "string", Some(true)), ("Size", "integer", None)]);
    let shown: Vec<_> = fields.iter().filter_map(|f| f.example.as_ref()).map(|e| e.value.as_str()).collect();
    assert_eq!(shown, ["blue", "40"]);
    let answer = operation.response.as_ref().expect("it is there");
    assert_eq!(answer.fields.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["ImageId"]);
    let errors: Vec<_> = operation.errors.iter().map(|e| (e.status, e.code.as_str(), e.message.as_str())).collect();
    assert_eq!(errors, ERRORS.map(|(status, code, message)| (Some(status), code, message)));
}

#[test]
fn a_title_over_rows_is_no_row() {
    let page = ENGLISH.page(piped, piped);
    let titled = page.replace("| Size |", "| **Further parameters** | | | | |\n| | | | | |\n| Size |");
    says_all(&titled, true);
}

#[test]
fn tables_alone_say_what_they_are() {
    for words in [ENGLISH, CHINESE] {
        let page = words.page(without_first_pipe, without_first_pipe);
        let bare: String = page.lines().filter(|l| !words.headings.contains(l)).map(|l| l.to_owned() + "\n").collect();
        says_all(&bare, true);
        let unruled: String = bare.lines().filter(|l| !l.contains("--")).map(|l| l.to_owned() + "\n").collect();
        says_all(&unruled, true);
    }
}

#[test]
fn a_rendering_can_be_told() {
    let page = ENGLISH.page(piped, piped);
    let input = Input { name: "page.txt", text: &page };
    assert_eq!(read_as(&[input], Some(Rendering::Pipes)).operations[0].parameters.len(), 4);
    assert!(read_as(&[input], Some(Rendering::Paragraphs)).operations[0].parameters.is_empty());
}

#[test]
fn each_product_has_a_contract_of_its_own() {
    let page = |product: &str, operation: &str| {
        ENGLISH.page(piped, piped).replace("Paint Shop:CreateImage", &format!("{product}:{operation}"))
    };
    let texts = [page("Paint Shop", "CreateImage"), page("Zoo", "FeedLion"), page("Paint Shop", "DeleteImage")];
    let source = |name: &str, text: &str| Source { name: name.to_owned(), text: text.into() };
    let sources = texts.each_ref().map(|text| source("p.txt", text));
    let contracts = read_each(sources.to_vec(), None);
    let names: Vec<Vec<&str>> =
        contracts.iter().map(|c| c.operations.iter().map(|o| o.name.as_str()).collect()).collect();
    assert_eq!(names, [vec!["CreateImage", "DeleteImage"], vec!["FeedLion"]]);
    let untold = page("Paint Shop", "MoveImage").replace("Paint Shop:", "# ");
    let more = vec![sources[0].clone(), source("q.md", &untold), sources[2].clone()];
    let contracts = read_each(more, None);
    let names: Vec<&str> = contracts[0].operations.iter().map(|o| o.name.as_str()).collect();
    assert_eq!((contracts.len(), names), (1, vec!["CreateImage", "MoveImage", "DeleteImage"]));
}

#[test]
fn a_page_of_rest_style_says_method_path_and_places() {
    let page = ENGLISH.page(piped, piped);
    let page =
        page.replace("Request parameters", "Request syntax\n\nPUT /images/{ImageName} HTTP/1.1\n\nRequest parameters");
    let contract = read_one(&page);
    let operation = &contract.operations[0];
    assert_eq!(contract.style, fineprint::contract::Style::Rest);
    assert_eq!(operation.method.as_ref().map(|m| m.value.as_str()), Some("PUT"));
    assert_eq!(operation.path.as_ref().map(|p| p.value.as_str()), Some("/images/{ImageName}"));
    let places: Vec<_> = operation.parameters.iter().map(|p| p.place).collect();
    use fineprint::contract::Place::{Path, Unsaid};
    assert_eq!(places, [Path, Unsaid, Unsaid, Unsaid]);
}

#[test]
fn a_sample_in_xml_places_members_and_gives_no_types() {
    let xml =
        "<CreateImageResponse>\n  <ImageId>img-1</ImageId>\n  <RequestId>req-1</RequestId>\n</CreateImageResponse>";
    let page = ENGLISH.page(piped, piped).replace(SAMPLE, &format!("HTTP/1.1 201 Created\n\n{xml}"));
    let contract = read_one(&page);
    let sample = &contract.operations[0].samples[0];
    assert_eq!((sample.format.as_str(), sample.status), ("xml", Some(201)));
    assert_eq!(sample.value.as_ref().map(|v| v["ImageId"].clone()), Some("img-1".into()));
    assert!(contract.operations[0].success_sample().is_none());
    says_all(&page, true);
}

#[test]
fn a_table_that_is_too_long_is_cut_with_a_note() {
    let rows: String = (0..10_100).map(|at| format!("| P{at} | string | No | A part. | x |\n")).collect();
    let page = ENGLISH.page(piped, piped).replace("| Size |", &format!("{}| Size |", rows));
    let operation = &read_one(&page).operations[0];
    assert_eq!(operation.parameters.len(), 10_000);
    assert!(operation.notes.iter().any(|n| n.text.contains("more than 10000 rows")), "{:?}", operation.notes);
}

#[test]
fn a_list_of_values_that_is_too_long_is_left_open_with_a_note() {
    let bullets: String = (0..20_000).map(|at| format!("  • V{at}: it is number {at}.\n")).collect();
    let page = format!(
        "Paint Shop:CreateImage\n\nRequest parameters\n\nParameterTypeRequiredDescriptionExample\nKindstringNo\n\nValid values:\n\n{bullets}\nV1\n"
    );
    let kind = &read_one(&page).operations[0].parameters[0].field;
    assert!(kind.values.is_empty());
    assert!(kind.notes.iter().any(|n| n.text.contains("over 1000 values")), "{:?}", kind.notes);
}
