//! The words that pages of this kind use, as data: headings, columns, types and cues, in every language that is read.

use super::Topic;
use crate::contract::{Kind, Mark};

/// Headings, in small letters, as pages spell them.
pub(crate) const HEADINGS: &[(&str, Topic)] = &[
    ("authorization information", Topic::Authorization),
    ("ram authorization", Topic::Authorization),
    ("授权信息", Topic::Authorization),
    ("ram 认证", Topic::Authorization),
    ("ram 認証", Topic::Authorization),
    ("otorisasi ram", Topic::Authorization),
    ("request syntax", Topic::Syntax),
    ("请求语法", Topic::Syntax),
    ("リクエスト構文", Topic::Syntax),
    ("sintaks permintaan", Topic::Syntax),
    ("request parameters", Topic::Request),
    ("请求参数", Topic::Request),
    ("リクエストパラメータ", Topic::Request),
    ("リクエストパラメーター", Topic::Request),
    ("parameter permintaan", Topic::Request),
    ("response parameters", Topic::Response),
    ("response elements", Topic::Response),
    ("return parameters", Topic::Response),
    ("返回参数", Topic::Response),
    ("返回数据", Topic::Response),
    ("响应参数", Topic::Response),
    ("レスポンスパラメータ", Topic::Response),
    ("レスポンスパラメーター", Topic::Response),
    ("レスポンス要素", Topic::Response),
    ("elemen respons", Topic::Response),
    ("parameter respons", Topic::Response),
    ("common request parameters", Topic::Common),
    ("common parameters", Topic::Common),
    ("公共请求参数", Topic::Common),
    ("公共参数", Topic::Common),
    ("examples", Topic::Samples),
    ("samples", Topic::Samples),
    ("示例", Topic::Samples),
    ("返回示例", Topic::Samples),
    ("例", Topic::Samples),
    ("contoh", Topic::Samples),
    ("error codes", Topic::Errors),
    ("错误码", Topic::Errors),
    ("接口错误码", Topic::Errors),
    ("エラーコード", Topic::Errors),
    ("kode kesalahan", Topic::Errors),
    ("request headers", Topic::Other),
    ("请求头", Topic::Other),
    ("operation description", Topic::Top),
    ("debugging", Topic::Other),
    ("调试", Topic::Other),
    ("try it now", Topic::Other),
    ("今すぐお試しください", Topic::Other),
    ("coba sekarang", Topic::Other),
    ("change history", Topic::Other),
    ("变更历史", Topic::Other),
    ("release notes", Topic::Other),
    ("リリースノート", Topic::Other),
    ("catatan rilis", Topic::Other),
];

/// Headings only where a mark of Markdown says that they are, since columns of tables bear the same names.
pub(crate) const MARKED: &[(&str, Topic)] = &[
    ("parameters", Topic::Request),
    ("request fields", Topic::Request),
    ("input parameters", Topic::Request),
    ("query parameters", Topic::Request),
    ("入参", Topic::Request),
    ("请求参数说明", Topic::Request),
    ("request body", Topic::Request),
    ("requestbody", Topic::Request),
    ("response fields", Topic::Response),
    ("output parameters", Topic::Response),
    ("出参", Topic::Response),
    ("返回参数说明", Topic::Response),
    ("返回结果", Topic::Response),
    ("example", Topic::Samples),
    ("error code", Topic::Errors),
    ("common error codes", Topic::Errors),
    ("错误码列表", Topic::Errors),
    ("errors", Topic::Errors),
    ("common errors", Topic::Errors),
];

/// Types as pages spell them, in small letters; where cells run together the longest that fits is taken.
pub(crate) const TYPES: &[(&str, Kind)] = &[
    ("jsonobject", Kind::Object),
    ("repeatlist", Kind::Array),
    ("jsonarray", Kind::Array),
    ("timestamp", Kind::String),
    ("boolean", Kind::Boolean),
    ("integer", Kind::Integer),
    ("string", Kind::String),
    ("object", Kind::Object),
    ("struct", Kind::Object),
    ("number", Kind::Number),
    ("double", Kind::Number),
    ("float", Kind::Number),
    ("array", Kind::Array),
    ("int64", Kind::Integer),
    ("int32", Kind::Integer),
    ("short", Kind::Integer),
    ("json", Kind::Object),
    ("long", Kind::Integer),
    ("dict", Kind::Object),
    ("list", Kind::Array),
    ("bool", Kind::Boolean),
    ("text", Kind::String),
    ("map", Kind::Map),
    ("any", Kind::Any),
    ("int", Kind::Integer),
    ("str", Kind::String),
];

/// Types that end a run of cells: those above which such pages use.
pub(crate) const RUN_TYPES: &[&str] = &[
    "boolean", "integer", "string", "object", "number", "double", "float", "array", "int64", "int32", "long", "map",
    "any",
];

/// Names that stand at the top of a request or an answer by convention, in small letters.
pub(crate) const TOP_NAMES: &[&str] = &[
    "requestid",
    "regionid",
    "clienttoken",
    "dryrun",
    "resourcegroupid",
    "pagenumber",
    "pagesize",
    "nexttoken",
    "maxresults",
    "totalcount",
    "instancename",
    "ownerid",
    "owneraccount",
    "resourceownerid",
    "resourceowneraccount",
    "securitytoken",
    "lang",
    "success",
    "httpstatuscode",
];

/// Words that introduce a closed list of values; a colon follows.
pub(crate) const VALUE_LISTS: &[&str] = &[
    "Valid values",
    "valid values",
    "Valid value",
    "Optional values",
    "optional values",
    "Set the value to",
    "可选值",
    "列挙値",
    "有効値",
    "nilai yang valid",
    "Nilai yang valid",
    "有效值",
    "取值范围",
    "取值",
];

/// Words that introduce the value that is taken when none is given.
pub(crate) const DEFAULTS: &[&str] = &[
    "Default value:",
    "Default:",
    "efault value is",
    "默认值：",
    "默认值:",
    "默认值为",
    "默认值是",
    "默认为",
    "默认：",
    "デフォルト値：",
    "デフォルト値:",
    "Nilai default:",
];

/// Words in parentheses beside the value of a list that is taken when none is given, in small letters.
pub(crate) const USUAL: &[&str] = &["default", "the default", "默认", "デフォルト", "既定", "nilai default", "bawaan"];

/// Words that introduce the example where a cell holds everything.
pub(crate) const SHOWN: &[&str] = &["示例值：", "示例值:", "示例：", "示例:", "Example value:", "Example:"];

/// What a cell that holds everything says besides, where a page was folded: where a value is taken from.
pub(crate) const FOLDED: &[&str] = &["参考取值来源", "取值范围:展开详情", "取值范围：展开详情"];

/// Labels of buttons that end a row of errors.
pub(crate) const BUTTONS: &[&str] = &["诊断", "Troubleshoot", "Diagnose"];

/// Words that mark a parameter, in small letters.
pub(crate) const MARKS: &[(&[&str], Mark)] = &[
    (&["not publicly available", "暂未开放", "暂不开放"], Mark::NotPublic),
    (&["deprecated", "no longer in use", "will be removed", "已废弃", "已弃用", "即将下线"], Mark::Deprecated),
];

/// Words that a sentence of an error's description begins with, where no full stop stands before it.
pub(crate) const OPENERS: &[&str] = &["The ", "Check ", "Your ", "You ", "This ", "Please ", "An ", "Specify "];

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

/// What a cell says of whether a parameter must be given; a longer answer stands before one that it begins with.
pub(crate) const ANSWERS: &[(&str, bool)] = &[
    ("Yes", true),
    ("No", false),
    ("Required", true),
    ("Optional", false),
    ("非必填", false),
    ("非必须", false),
    ("非必需", false),
    ("必选", true),
    ("必填", true),
    ("必须", true),
    ("必需", true),
    ("可选", false),
    ("选填", false),
    ("是", true),
    ("否", false),
    ("必須", true),
    ("任意", false),
    ("はい", true),
    ("いいえ", false),
    ("Ya", true),
    ("Tidak", false),
    ("True", true),
    ("False", false),
    ("Y", true),
    ("N", false),
    ("✓", true),
    ("✔", true),
    ("√", true),
    ("✅", true),
    ("×", false),
    ("✗", false),
    ("✘", false),
    ("❌", false),
];

/// What a cell says of whether a parameter must be given; what stands in parentheses behind it says under which condition.
pub(crate) fn required(cell: &str) -> Option<bool> {
    let bare = cell.split(['(', '（']).next().unwrap_or(cell);
    let bare = bare.trim_matches(|c: char| matches!(c, '*' | '`' | '.' | '。' | '\u{fe0f}') || c.is_whitespace());
    ANSWERS.iter().find(|(word, _)| word.eq_ignore_ascii_case(bare)).map(|(_, answer)| *answer)
}

/// The type of a cell: `Array of String`, `array\<object\>`, `List<String>`, `Integer`; none for what is no type.
pub(crate) fn kind(cell: &str) -> Option<Kind> {
    let small = cell.to_lowercase();
    let end = small.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(small.len());
    if small.ends_with("[]") {
        return Some(Kind::Array);
    }
    TYPES.iter().find(|(word, _)| *word == &small[..end]).map(|(_, kind)| *kind)
}

/// Letters and digits alone, small: `Instance_ID` and `instanceId` are one.
pub(crate) fn squeezed(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
