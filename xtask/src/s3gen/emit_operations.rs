//! The operation table and the routes.

use super::emit::{is_stream, preamble};
use super::fields::Context;
use super::model::Operation;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// What tells an operation from others.
struct Route<'m> {
    operation: Operation<'m>,
    level: &'static str,
    /// Name and value; an empty value stands for any.
    query: Vec<(&'m str, &'m str)>,
    headers: Vec<String>,
    superseded_by: Option<&'m str>,
}

/// The text of `operations.rs`.
pub fn file(context: Context<'_>) -> Result<String, String> {
    let routes: Vec<Route> = context.model.operations().map(|o| route(context, o)).collect();
    let subresources = subresources(&routes);
    let mut text = preamble("Every operation and what tells it from the others.");
    text.push_str("use crate::route::{Level, OperationInfo, RequestBody};\n\noperations! {\n");
    for route in &routes {
        text.push_str(&row(context, route)?);
    }
    text.push_str("}\n\n");
    candidates(&mut text, &routes);
    for (level, names) in &subresources {
        let names: Vec<&str> = names.iter().copied().collect();
        let _ = writeln!(text, "const {}: &[&str] = &{names:?};", constant(level, "SUBRESOURCES"));
    }
    text.push_str(
        "\n/// The parameters that tell operations of this level apart.\n\
         pub fn subresources(level: Level) -> &'static [&'static str] {\n\
         match level {\n",
    );
    for level in subresources.keys() {
        let _ = writeln!(text, "Level::{level} => {},", constant(level, "SUBRESOURCES"));
    }
    text.push_str("Level::Service => &[],\n    }\n}\n");
    Ok(text)
}

fn constant(level: &str, suffix: &str) -> String {
    format!("{}_{suffix}", level.to_ascii_uppercase())
}

fn route<'m>(context: Context<'m>, operation: Operation<'m>) -> Route<'m> {
    let mut query = static_query(operation);
    let own = context.model.operations().filter(|other| {
        other.method() == operation.method()
            && path(other.uri()) == path(operation.uri())
            && static_query(*other) == query
    });
    // A required parameter tells an operation from a sibling; where there is none, its absence is
    // an error of this operation, never a request for a plainer one.
    if query.is_empty() || own.count() > 1 {
        query.extend(required_query(context, operation).into_iter().map(|name| (name, "")));
    }
    let overrides = context.overrides;
    Route {
        operation,
        level: level(operation.uri()),
        query,
        headers: overrides.list("operation", operation.name, "headers"),
        superseded_by: overrides.text("operation", operation.name, "superseded_by"),
    }
}

fn path(uri: &str) -> &str {
    uri.split('?').next().unwrap_or(uri)
}

fn level(uri: &str) -> &'static str {
    match path(uri).split('/').filter(|part| !part.is_empty()).count() {
        0 => "Service",
        1 => "Bucket",
        _ => "Object",
    }
}

fn static_query(operation: Operation<'_>) -> Vec<(&str, &str)> {
    let query = operation.uri().split_once('?').map_or("", |(_, query)| query);
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .filter(|(name, _)| *name != "x-id")
        .collect()
}

fn required_query<'m>(context: Context<'m>, operation: Operation<'m>) -> Vec<&'m str> {
    let members = operation.input().map(|shape| shape.members(context.model));
    members
        .into_iter()
        .flatten()
        .filter(|member| member.required && member.location() == Some("querystring"))
        .map(|member| member.wire_name())
        .collect()
}

/// By level, the parameters without which an operation would be another. Those that only refine a
/// subresource (`id`, `annotationName`) or whose value decides (`list-type`) are not among them.
fn subresources<'m>(routes: &[Route<'m>]) -> BTreeMap<&'static str, BTreeSet<&'m str>> {
    let mut found = BTreeMap::<_, BTreeSet<_>>::new();
    for route in routes {
        let own = static_query(route.operation);
        let names = route.query.iter().filter(|pair| own.is_empty() || own.contains(pair));
        let names = names.filter(|(_, value)| value.is_empty()).map(|(name, _)| *name);
        found.entry(route.level).or_default().extend(names);
    }
    found.retain(|_, names| !names.is_empty());
    found
}

/// All query parameters of an operation's input.
fn query_members<'m>(context: Context<'m>, operation: Operation<'m>) -> Vec<&'m str> {
    let members = operation.input().map(|shape| shape.members(context.model));
    let members = members.into_iter().flatten();
    let members = members.filter(|member| member.location() == Some("querystring"));
    members.map(|member| member.wire_name()).collect()
}

fn row(context: Context<'_>, route: &Route<'_>) -> Result<String, String> {
    let operation = route.operation;
    let name = operation.name;
    let status = context.overrides.number("operation", name, "status");
    let status = status.unwrap_or(operation.status() as i64);
    let superseded = match route.superseded_by {
        Some(other) => format!("Some(Operation::{other})"),
        None => "None".to_owned(),
    };
    let parameters = query_members(context, operation);
    let request = format!("\"{}\", Level::{}", operation.method(), route.level);
    let marks = format!("&{:?}, &{:?}, &{parameters:?}", route.query, route.headers);
    let body = body(context, operation)?;
    let checksum = context.overrides.flag("operation", name, "checksum_required");
    Ok(format!("    {name} = ({request}, {marks}, {status}, {body}, {checksum}, {superseded}),\n"))
}

fn body(context: Context<'_>, operation: Operation<'_>) -> Result<String, String> {
    let Some(shape) = operation.input() else {
        return Ok("RequestBody::None".to_owned());
    };
    if let Some(root) = operation.input_root() {
        return Ok(format!("RequestBody::Xml(\"{root}\")"));
    }
    let Some(payload) = shape.text("payload") else {
        return Ok("RequestBody::None".to_owned());
    };
    let members = shape.members(context.model);
    let member = members.into_iter().find(|member| member.name == payload);
    let member = member.ok_or_else(|| format!("{}: no member {payload}", shape.name))?;
    Ok(match member.shape.kind() {
        _ if is_stream(member) => "RequestBody::Stream".to_owned(),
        "structure" => format!("RequestBody::Xml(\"{}\")", member.wire_name()),
        _ => "RequestBody::Text".to_owned(),
    })
}

/// The operations of each level and method, the most specific first.
fn candidates(text: &mut String, routes: &[Route<'_>]) {
    let mut groups = BTreeMap::<_, Vec<_>>::new();
    for route in routes.iter().filter(|route| route.superseded_by.is_none()) {
        let group = groups.entry((route.level, route.operation.method()));
        group.or_default().push(route);
    }
    for ((level, method), group) in &mut groups {
        group.sort_by_key(|route| Reverse((route.query.len(), route.headers.len())));
        let names: Vec<String> =
            group.iter().map(|route| format!("Operation::{}", route.operation.name)).collect();
        let _ = writeln!(
            text,
            "const {}: &[Operation] = &[{}];",
            constant(level, method),
            names.join(", ")
        );
    }
    text.push_str(
        "\n/// The operations of this method and level, the most specific first.\n\
         pub(crate) fn candidates(method: &str, level: Level) -> &'static [Operation] {\n\
         match (level, method) {\n",
    );
    for (level, method) in groups.keys() {
        let _ = writeln!(text, "(Level::{level}, \"{method}\") => {},", constant(level, method));
    }
    text.push_str("_ => &[],\n    }\n}\n\n");
}
