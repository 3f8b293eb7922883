//! A page says the same in HTML as it does as text.

use fineprint::contract::{Contract, DocumentedValue, Field};
use fineprint::extract::{Input, facts, read};

const PAGE: &str = include_str!("../../fixtures/pages/create-image-by-instance.txt");

fn contract(text: &str) -> Contract {
    read(&[Input { name: "page", text }])
}

/// A page that says what a contract of one operation holds, with an element a line.
fn html(contract: &Contract) -> String {
    let operation = &contract.operations[0];
    let product = &contract.product.as_ref().expect("the page names it").value;
    let mut page = format!(
        "<!DOCTYPE html>\n<html><head><title>x</title><style>td > p {{}}</style></head>\n<body class=\"a>b\">\n\
         <nav><ul><li>Request parameters</li></ul></nav>\n<h1>{product}:{}</h1>\n",
        operation.name
    );
    let authorization = operation.authorization.as_ref().expect("the page has it");
    let level = &authorization.access_level.as_ref().expect("the page says it").value;
    page += "<h2>Authorization information</h2>\n<ul>\n<li><p>Access level: The levels are read, write, and list.</p></li></ul>\n";
    table(&mut page, &["Operation", "Access level"], [vec![authorization.action.value.clone(), level.clone()]]);
    page += "<h2>Request parameters</h2>\n";
    let rows = operation.parameters.iter().map(|p| {
        let required = if p.field.required == Some(true) { "Yes" } else { "No" };
        vec![p.field.name.clone(), p.field.spelled.clone(), required.into(), words(&p.field), example(&p.field)]
    });
    table(&mut page, &["Parameter", "Type", "Required", "Description", "Example"], rows);
    page += "<h2>Response parameters</h2>\n";
    let mut rows = Vec::new();
    let answer = operation.response.as_ref().expect("the page has one");
    answer.walk("", &mut |_, f| rows.push(vec![f.name.clone(), f.spelled.clone(), words(f), example(f)]));
    table(&mut page, &["Parameter", "Type", "Description", "Example"], rows);
    page += "<h2>Examples</h2>\n<h3>Sample success responses</h3>\n<p><code>JSON</code> format</p>\n<pre><code>";
    page += &escaped(&operation.samples[0].text);
    page += "</code></pre>\n<h2>Error codes</h2>\n";
    let rows = operation.errors.iter().map(|e| {
        let status = e.status.expect("the page says it").to_string();
        let description = e.description.clone().unwrap_or_else(|| "-".into());
        vec![status, e.code.clone(), escaped(&e.message), escaped(&description)]
    });
    table(&mut page, &["HTTP status code", "Error code", "Error message", "Description"], rows);
    page + "</body></html>\n"
}

fn table(page: &mut String, header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) {
    *page += "<div><table><thead><tr>\n";
    header.iter().for_each(|name| *page += &format!("<th><p><b>{name}</b></p></th>\n"));
    *page += "</tr></thead><tbody>\n";
    for row in rows {
        *page += "<tr>\n";
        row.iter().for_each(|cell| *page += &format!("<td>{cell}</td>\n"));
        *page += "</tr>\n";
    }
    *page += "</tbody></table></div>\n";
}

fn words(field: &Field) -> String {
    let text = field.description.as_ref().map(|d| d.value.as_str()).unwrap_or_default();
    let mut cell: String = text.lines().map(|line| format!("<p>{}</p>", escaped(line))).collect();
    // A list that the description has in its own line is there already.
    let listed = |v: &&DocumentedValue| v.span.first != v.span.last || v.meaning.is_some();
    let values: Vec<_> = field.values.iter().filter(listed).collect();
    if !values.is_empty() {
        let value = |v: &DocumentedValue| v.value.as_str().map_or_else(|| v.value.to_string(), str::to_owned);
        let entry = |v: &&DocumentedValue| {
            format!("<li><p>{}: {}</p></li>", value(v), escaped(v.meaning.as_deref().unwrap_or_default()))
        };
        cell += &format!("<ul>{}</ul>", values.iter().map(entry).collect::<String>());
    }
    cell
}

fn example(field: &Field) -> String {
    field.example.as_ref().map(|e| escaped(&e.value)).unwrap_or_default()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

#[test]
fn html_gives_the_contract_that_text_gives() {
    let text = contract(PAGE);
    let page = html(&text);
    let markup = contract(&page);
    let (text, markup) = (&text.operations[0], &markup.operations[0]);
    assert_eq!(facts(markup), facts(text));
    let conditions = |f: &Field| f.conditions.iter().map(|c| c.value.clone()).collect::<Vec<_>>();
    let marks = |f: &Field| f.marks.iter().map(|m| m.value).collect::<Vec<_>>();
    for (a, b) in text.parameters.iter().zip(&markup.parameters) {
        assert_eq!(example(&a.field), example(&b.field), "{}", a.field.name);
        assert_eq!(conditions(&a.field).len(), conditions(&b.field).len(), "{}", a.field.name);
        assert_eq!(marks(&a.field), marks(&b.field), "{}", a.field.name);
    }
    assert_eq!(text.samples[0].value, markup.samples[0].value);
    let descriptions = |errors: &[fineprint::contract::DocumentedError]| {
        errors.iter().map(|e| e.description.clone()).collect::<Vec<_>>()
    };
    assert_eq!(descriptions(&text.errors), descriptions(&markup.errors));
    let (a, b) = (text.authorization.as_ref(), markup.authorization.as_ref());
    let who = |a: &fineprint::contract::Authorization| {
        (a.action.value.clone(), a.access_level.as_ref().map(|l| l.value.clone()), a.legend.clone())
    };
    assert_eq!(a.map(who), b.map(who));
}

#[test]
fn every_fact_of_html_knows_its_line() {
    let page = html(&contract(PAGE));
    let contract = contract(&page);
    let operation = &contract.operations[0];
    let line = |number: u32| page.lines().nth(number as usize - 1).expect("the page has it");
    for parameter in &operation.parameters {
        assert_eq!(line(parameter.field.span.first), format!("<td>{}</td>", parameter.field.name));
        let example = parameter.field.example.as_ref().expect("it has one");
        assert!(line(example.span.expect("it is said").first).contains(&example.value));
    }
    for error in &operation.errors {
        assert_eq!(line(error.span.first), format!("<td>{}</td>", error.status.expect("it is said")));
        assert!(line(error.span.first + 1).contains(&error.code));
    }
    assert!(line(operation.span.first).contains("<h1>"));
    assert!(line(operation.samples[0].span.first).contains("<pre>"));
}
