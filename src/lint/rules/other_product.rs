//! A description that names another product.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "other-product",
    severity: Severity::Warning,
    text: "A page speaks of its own product's objects.\n\
           Words that were copied from elsewhere send the reader for an id of the wrong kind.\n\
           Example: *The ID of the RDS instance* on a page of App Streaming.",
    trips: "Request parameters\n\nInstanceIdstringNo\n\nThe ID of the RDS instance.\n\ni\nNamestringNo\n\nThe name.\n\nn\n",
    passes: "Request parameters\n\nInstanceIdstringNo\n\nThe ID of the App Streaming instance.\n\ni\nNamestringNo\n\nThe name.\n\nn\n",
    look,
};

/// The vendor's abbreviations, and the products. VPC, OSS, NAS and RAM are left out: pages of all products refer to theirs.
const PRODUCTS: [(&str, &str); 18] = [
    ("RDS", "ApsaraDB RDS"),
    ("ECS", "Elastic Compute Service"),
    ("SLB", "Server Load Balancer"),
    ("CLB", "Classic Load Balancer"),
    ("ALB", "Application Load Balancer"),
    ("NLB", "Network Load Balancer"),
    ("ACK", "Container Service for Kubernetes"),
    ("ECI", "Elastic Container Instance"),
    ("EMR", "E-MapReduce"),
    ("ENS", "Edge Node Service"),
    ("DTS", "Data Transmission Service"),
    ("DMS", "Data Management"),
    ("SAE", "Serverless App Engine"),
    ("EDAS", "Enterprise Distributed Application Service"),
    ("MSE", "Microservices Engine"),
    ("PolarDB", "PolarDB"),
    ("MongoDB", "ApsaraDB for MongoDB"),
    ("Redis", "Tair (Redis)"),
];

/// What products have, and pages mix up.
const OBJECTS: [&str; 8] = ["instance", "instances", "image", "images", "cluster", "clusters", "database", "node"];

fn look(scene: &Scene<'_>) -> Vec<Claim> {
    let title = scene.product.as_str();
    if title.is_empty() {
        return Vec::new();
    }
    let mut claims = Vec::new();
    for (_, path, row) in scene.fields() {
        let Some(description) = &row.description else { continue };
        let words: Vec<&str> =
            description.value.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
        let named = words.windows(2).find_map(|pair| {
            let (short, long) = PRODUCTS.iter().find(|(short, _)| *short == pair[0])?;
            OBJECTS.contains(&pair[1]).then_some((*short, *long, pair[1]))
        });
        let Some((short, long, object)) = named else { continue };
        let own = |text: &str| text.to_lowercase().contains(&short.to_lowercase()) || text.contains(long);
        // A parameter such as `EcsInstanceId` means the other product.
        if own(title) || own(path) || own(&scene.operation.name) {
            continue;
        }
        let message = format!("`{path}` speaks of the {short} {object}, which is {long}'s: the page is about {title}");
        let first = description.span.map_or(head(row), |s| Span::line(s.page, s.first));
        claims.push(Claim::new(format!("another product: {short}"), message, [first, scene.operation.span]));
    }
    claims
}
