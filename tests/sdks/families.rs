//! A real client of each family completes every answer and fault of the server, and its next call is undisturbed.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use fineprint::contract::Contract;
use fineprint::driver::install::{Package, install};
use fineprint::driver::{Api, Call, Link, Reply, Source, Target};
use fineprint::extract::{Input, read};
use fineprint::serve::{Credentials, Preference, Server, Setup, When};
use serde_json::{Value, json};

use crate::surroundings;

const PAGE: &str = include_str!("../../fixtures/pages/create-image-by-instance.txt");
/// The longest that a call may take; whatever waits longer hangs.
const DEADLINE: Duration = Duration::from_secs(30);
const SECRET: &str = "testsecret";

/// Everything that the server can be asked to answer.
fn preferences(contract: &Contract) -> Vec<String> {
    let plain = [
        "sample",
        "dynamic=true",
        "delay=300ms",
        "code=204",
        "code=500, error=Some.Fault",
        "code=429, error=Throttling",
    ];
    let errors = contract.operations[0].errors.iter().map(|error| format!("error={}", error.code));
    let unknown = "fault=?".parse::<Preference>().expect_err("it lists them");
    let listed = unknown.split_once("(there are ").expect("it lists them").1.trim_end_matches(')').to_owned();
    // A client that counts its timeout from read to read would wait for a slow drip to its end; a port that is closed for long is closed
    // to the next call, too.
    let number = |name: &str| match name {
        "drip" => ":400",
        "refuse" => ":1",
        _ => "",
    };
    let fault = |name: &str| format!("fault={name}{}", number(name));
    let faults: Vec<String> = listed.split(", ").map(fault).collect();
    assert!(faults.len() > 20, "{listed}");
    plain.into_iter().map(str::to_owned).chain(errors).chain(faults).collect()
}

fn call(endpoint: &str, image: &str) -> Call {
    let Value::Object(params) = json!({ "ImageName": image, "InstanceId": "ws-1", "InstanceType": "WuyingServer" })
    else {
        unreachable!("it is an object")
    };
    let client = Target {
        key: "one".into(),
        endpoint: endpoint.to_owned(),
        region: "cn-hangzhou".into(),
        access_key_id: "testid".into(),
        access_key_secret: SECRET.into(),
        connect_timeout_ms: 500,
        read_timeout_ms: 1000,
        max_attempts: None,
        ca_file: None,
        security_token: None,
        bearer_token: None,
    };
    let api = Api {
        product: Some("appstream-center".into()),
        version: Some("2021-09-01".into()),
        style: Some("rpc".into()),
        method: Some("POST".into()),
        path: Some("/".into()),
        ..Api::default()
    };
    Call { operation: "CreateImageByInstance".into(), params, api: Arc::new(api), client }
}

/// Calls for every answer, each followed by a plain call, all with one client object. What the SDK is known to hang on is left
/// out: that is its own defect, and `check` is there to find it.
async fn completes(package: &str, asynchronous: bool, hangs: &[&str]) {
    let mut package = Package::parse(package).unwrap();
    package.asynchronous = asynchronous;
    let contract = Arc::new(read(&[Input { name: "page.txt", text: PAGE }]));
    let preferences = preferences(&contract);
    let when = |(at, preference): (usize, &String)| When {
        parameter: Some(("ImageName".into(), format!("n{at}"))),
        answer: preference.parse().unwrap(),
        ..When::default()
    };
    let whens = preferences.iter().enumerate().map(when).collect();
    let secrets = [("testid".to_owned(), SECRET.to_owned())].into();
    let credentials = Credentials { secrets, ..Credentials::default() };
    let server =
        Server::start(Setup { whens, credentials, ..Setup::new(contract) }, TcpListener::bind("127.0.0.1:0").unwrap())
            .unwrap();
    let endpoint = format!("http://{}", server.address());
    let command = install(&package, &surroundings(), &mut |_| {}).unwrap();
    let mut link = Link::start(&Source::Command(command)).await.unwrap();
    link.echo_check().await.unwrap();
    for (at, preference) in
        preferences.iter().enumerate().filter(|(_, preference)| !hangs.contains(&preference.as_str()))
    {
        let reply = link.call(&call(&endpoint, &format!("n{at}")), DEADLINE).await;
        // An answer nested so deep that no line of the channel can hold it is one that the driver may decline to say.
        let declined = preference == "fault=deep" && matches!(reply, Ok(Reply::Unsupported(_)));
        assert!(declined || matches!(reply, Ok(Reply::Ok { .. } | Reply::Error(_))), "{preference}: {reply:?}");
        let next = link.call(&call(&endpoint, "plain"), DEADLINE).await;
        let Ok(Reply::Ok { value, .. }) = &next else { panic!("the call after {preference} came to {next:?}") };
        assert_eq!(value["Data"]["ImageId"], "imgc-07hnjj5fp****", "the call after {preference}");
    }
    link.stop().await;
}

macro_rules! families {
    ($($name:ident: $package:literal $asynchronous:literal $hangs:expr;)*) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            completes($package, $asynchronous, &$hangs).await;
        })*
    };
}

families! {
    tea_for_python_completes_every_answer: "pypi:alibabacloud-appstream-center20210901==5.9.0" false [];
    asynchronous_tea_completes_every_answer: "pypi:alibabacloud-appstream-center20210901==5.9.0" true ["fault=bad-chunk"];
    the_core_of_python_completes_every_answer: "pypi:aliyun-python-sdk-core==2.16.1" false [];
    pop_core_completes_every_answer: "npm:@alicloud/pop-core@1.8.0" false [];
    openapi_core_completes_every_answer: "npm:@alicloud/openapi-core@1.0.8" false [];
    the_core_of_rust_completes_every_answer: "crate:aliyun-openapi-core-rust-sdk@1.1.0" false [];
}
