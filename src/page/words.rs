//! The words that pages of this kind use, as data: headings, columns, types and cues, in every language that is read.

mod column;

pub(crate) use self::column::{Column, columns, run_columns};
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
