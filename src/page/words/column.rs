//! What the columns of a table hold, by their names in every language that is read.

/// What a column of a table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    Name,
    Type,
    Required,
    Place,
    Example,
    Description,
    /// Everything but the name, which the type follows in its own cell.
    Details,
    Status,
    Code,
    Message,
}

/// Names of columns, in small letters.
const COLUMNS: &[(&str, Column)] = &[
    ("parameter", Column::Name),
    ("parameters", Column::Name),
    ("parameter name", Column::Name),
    ("field name", Column::Name),
    ("name", Column::Name),
    ("attribute", Column::Name),
    ("element", Column::Name),
    ("field", Column::Name),
    ("property", Column::Name),
    ("名称", Column::Name),
    ("参数", Column::Name),
    ("参数名", Column::Name),
    ("参数名称", Column::Name),
    ("字段", Column::Name),
    ("字段名", Column::Name),
    ("字段名称", Column::Name),
    ("名前", Column::Name),
    ("nama", Column::Name),
    ("属性", Column::Name),
    ("パラメーター", Column::Name),
    ("パラメータ", Column::Name),
    ("要素", Column::Name),
    ("elemen", Column::Name),
    ("type", Column::Type),
    ("data type", Column::Type),
    ("parameter type", Column::Type),
    ("参数类型", Column::Type),
    ("字段类型", Column::Type),
    ("型", Column::Type),
    ("jenis", Column::Type),
    ("类型", Column::Type),
    ("数据类型", Column::Type),
    ("タイプ", Column::Type),
    ("データ型", Column::Type),
    ("tipe", Column::Type),
    ("required", Column::Required),
    ("mandatory", Column::Required),
    ("必需", Column::Required),
    ("必选项", Column::Required),
    ("是否必选", Column::Required),
    ("是否必须", Column::Required),
    ("是否必填", Column::Required),
    ("必选", Column::Required),
    ("必填", Column::Required),
    ("是否必需", Column::Required),
    ("必須", Column::Required),
    ("必須 / 任意", Column::Required),
    ("必須/任意", Column::Required),
    ("diperlukan", Column::Required),
    ("wajib", Column::Required),
    ("position", Column::Place),
    ("in", Column::Place),
    ("位置", Column::Place),
    ("example", Column::Example),
    ("sample response", Column::Example),
    ("sample value", Column::Example),
    ("sample", Column::Example),
    ("样例", Column::Example),
    ("サンプル", Column::Example),
    ("サンプル値", Column::Example),
    ("例值", Column::Example),
    ("example value", Column::Example),
    ("示例值", Column::Example),
    ("示例", Column::Example),
    ("例", Column::Example),
    ("contoh", Column::Example),
    ("description", Column::Description),
    ("note", Column::Description),
    ("notes", Column::Description),
    ("remarks", Column::Description),
    ("details", Column::Description),
    ("meaning", Column::Description),
    ("solution", Column::Description),
    ("cause", Column::Description),
    ("备注", Column::Description),
    ("参数说明", Column::Description),
    ("解决方案", Column::Description),
    ("原因", Column::Description),
    ("keterangan", Column::Description),
    ("field details", Column::Details),
    ("字段详情", Column::Details),
    ("描述", Column::Description),
    ("说明", Column::Description),
    ("説明", Column::Description),
    ("deskripsi", Column::Description),
    ("http status code", Column::Status),
    ("http status", Column::Status),
    ("status", Column::Status),
    ("httpcode", Column::Status),
    ("http code", Column::Status),
    ("status code", Column::Status),
    ("http状态码", Column::Status),
    ("http 状态码", Column::Status),
    ("状态码", Column::Status),
    ("httpステータスコード", Column::Status),
    ("http ステータスコード", Column::Status),
    ("kode status http", Column::Status),
    ("error code", Column::Code),
    ("code", Column::Code),
    ("错误码", Column::Code),
    ("错误代码", Column::Code),
    ("エラーコード", Column::Code),
    ("kode kesalahan", Column::Code),
    ("error message", Column::Message),
    ("message", Column::Message),
    ("错误信息", Column::Message),
    ("错误描述", Column::Message),
    ("错误消息", Column::Message),
    ("エラーメッセージ", Column::Message),
    ("pesan kesalahan", Column::Message),
];

/// What the columns of a table hold, by the names in its header.
pub(crate) fn columns(header: &[String]) -> Vec<Option<Column>> {
    let meaning = |name: &String| {
        let bare = name.trim_matches(|c: char| matches!(c, '*' | '?' | '？' | ':' | '：' | '`') || c.is_whitespace());
        COLUMNS.iter().find(|(word, _)| word.eq_ignore_ascii_case(bare)).map(|(_, column)| *column)
    };
    header.iter().map(meaning).collect()
}

/// What the columns of a header hold whose names run together, such as `ParameterTypeRequired`; none for another text.
pub(crate) fn run_columns(header: &str) -> Option<Vec<Column>> {
    let mut found = Vec::new();
    let mut rest = header.trim();
    if rest.len() > LONGEST_HEADER {
        return None;
    }
    while !rest.is_empty() {
        let fits = |word: &str| rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        let (word, column) = COLUMNS.iter().filter(|(word, _)| fits(word)).max_by_key(|(word, _)| word.len())?;
        found.push(*column);
        rest = &rest[word.len()..];
    }
    Some(found).filter(|found| found.len() > 1)
}

/// Longest header whose names run together, in bytes.
const LONGEST_HEADER: usize = 160;
