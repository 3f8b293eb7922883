//! What a page says of parameters together: in schemas, in generated calls, and in a run.

use std::sync::Arc;

use fineprint::contract::{Asks, Contract};
use fineprint::driver::{Call, Client as _, ClientError, ErrorKind, Reply, Source};
use fineprint::extract::{Input, read};
use fineprint::reference::Reference;
use fineprint::run::{self, Choice, Run};
use fineprint::schema::judge::Judge;
use fineprint::{generate, schema};
use serde_json::{Value, json};

const PAGE: &str = "\
RentDesk

Rents a desk.

Request parameters

|Parameter|Type|Required|Description|Example|
|---|---|---|---|---|
|ChargeType|string|Yes|How it is paid. Valid values: PrePaid, PostPaid.|PostPaid|
|Period|integer|No|How long. This parameter is required when ChargeType is set to PrePaid.|1|
|SpotLimit|string|No|The most that is paid. It cannot be specified if ChargeType is PrePaid.|high|
|DeskName|string|No|Its name. You must specify one of the DeskName and DeskId parameters.|mine|
|DeskId|string|No|Its id. You must specify one of the DeskName and DeskId parameters.|d-1|

Response parameters

|Parameter|Type|Description|Example|
|---|---|---|---|
|RequestId|string|The id.|1|
";

fn page() -> Arc<Contract> {
    let contract = read(&[Input { name: "rent.md", text: PAGE }]);
    let asked: Vec<Asks> =
        contract.operations[0].parameters.iter().flat_map(|p| &p.field.conditions).map(|c| c.value.asks).collect();
    assert_eq!(
        asked,
        [Asks::RequiredWhen, Asks::ForbiddenWhen, Asks::OneOf, Asks::OneOf],
        "{:#?}",
        contract.operations
    );
    Arc::new(contract)
}

fn judge(contract: &Contract) -> Judge {
    Judge::new(&schema::request(&contract.operations[0])).unwrap()
}

#[test]
fn every_generated_call_heeds_them_and_every_pair_that_they_allow_is_covered() {
    let contract = page();
    let (judge, operation) = (judge(&contract), &contract.operations[0]);
    assert!(!judge.accepts(&json!({ "ChargeType": "PrePaid", "DeskId": "d" })));
    assert!(!judge.accepts(&json!({ "ChargeType": "PostPaid" })));
    assert!(judge.accepts(&json!({ "ChargeType": "PrePaid", "Period": 1, "DeskId": "d" })));
    for strength in [2, 3] {
        let array = generate::array(operation, &generate::Wish { strength, ..Default::default() });
        assert!(array.covering.is_complete() && array.covering.impossible > 0);
        assert_eq!(generate::verify(&array.model, &array.covering.rows, strength), Vec::<generate::Missing>::new());
        assert!(array.rows.iter().all(|row| judge.accepts(&Value::Object(row.params.clone()))));
    }
    assert!(generate::random(operation, 1, 300).into_iter().all(|call| judge.accepts(&Value::Object(call))));
    let broken: Vec<_> = generate::breaches(operation).into_iter().filter(|b| b.breach.facet == "condition").collect();
    let names: Vec<&str> = broken.iter().map(|b| b.breach.parameter.as_str()).collect();
    assert_eq!(names, ["Period", "SpotLimit", "DeskName", "DeskId"]);
}

#[test]
fn a_client_that_insists_on_them_raises_nothing() {
    let contract = page();
    let (judge, honest) = (Arc::new(judge(&contract)), Arc::new(Reference::new(None)));
    let client = move |call: Call| {
        let (judge, honest) = (Arc::clone(&judge), Arc::clone(&honest));
        async move {
            let mut given = call.params.clone();
            given.retain(|_, value| !value.is_null());
            let unlawful = judge
                .faults(&Value::Object(given))
                .into_iter()
                .find(|f| matches!(f.keyword.as_str(), "required" | "falseSchema" | "anyOf"));
            match unlawful {
                Some(fault) => Reply::Error(Box::new(ClientError {
                    kind: ErrorKind::Validation,
                    message: Some(fault.message.clone().into()),
                    text: Some(fault.message),
                    ..ClientError::default()
                })),
                None => honest.call(&call).await,
            }
        }
    };
    let choice = Choice { clauses: vec!["*/request/*".into()], strength: 2, ..Choice::default() };
    let run = Run { choice, jobs: 2, ..Run::new(contract, Source::Here(Arc::new(client))) };
    let outcome = run.outcome().unwrap();
    outcome.assert_kept();
    assert!(outcome.verdicts.iter().any(|v| v.clause == "RentDesk/request/Period/sent"));
}

#[test]
fn every_planned_call_that_is_no_breach_heeds_them() {
    let contract = page();
    let judge = judge(&contract);
    for (_, cases) in run::cases(&contract, &Choice { strength: 2, ..Choice::default() }).unwrap() {
        for case in cases {
            for step in case.steps.iter().filter(|s| s.breach.is_none() && !s.params.values().any(Value::is_null)) {
                let faults = judge.faults(&Value::Object(step.params.clone()));
                assert!(faults.is_empty(), "{} {:?} {faults:?}", case.about, step.params);
            }
        }
    }
}
