//! The generated files.

use super::{SERVICES, Service, constraints};
use crate::s3gen::model::{Model, Operation, Shape};
use crate::s3gen::names::snake_case;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

fn preamble(what: &str) -> String {
    format!("//! {what}\n//!\n//! Written by `cargo xtask querygen`.\n\n")
}

/// The text of `mod.rs`.
pub fn module() -> String {
    let mut text = preamble("What `cargo xtask querygen` made of AWS's service models.");
    text.push_str("#![allow(missing_docs, reason = \"AWS's reference describes every member\")]\n");
    text.push_str("pub mod errors;\npub mod operations;\n");
    for service in &SERVICES {
        let _ = writeln!(text, "pub mod {};", service.name);
    }
    text
}

/// The text of `operations.rs`.
pub fn operations(models: &[Model]) -> Result<String, String> {
    let mut text = preamble("Every operation.");
    text.push_str("use crate::operation::{OperationInfo, Service};\n\noperations! {\n");
    for (service, model) in SERVICES.iter().zip(models) {
        let names: Vec<&str> = model.operations().map(|operation| operation.name).collect();
        if let Some(unknown) = service.built.iter().find(|name| !names.contains(name)) {
            return Err(format!("{} has no operation {unknown}", service.name));
        }
        for name in names {
            let action = format!("{}:{name}", service.name);
            let _ = writeln!(text, "    {name} = {}, {action:?};", service.variant);
        }
    }
    text.push_str("}\n");
    Ok(text)
}

/// The text of `errors.rs`: the codes that the models name, with their HTTP statuses.
pub fn errors(models: &[Model]) -> String {
    let shapes = models.iter().flat_map(Model::shapes);
    let codes: BTreeMap<&str, u64> = shapes.filter_map(Shape::error).collect();
    let mut text = preamble("The error codes of single operations.");
    text.push_str("error_codes! {\n    /// A code that the reference of an operation names.\n");
    text.push_str("    OperationError\n");
    for (code, status) in codes {
        // AWS's code ends so, not its variant here.
        let variant = code.strip_suffix("Exception").unwrap_or(code);
        let _ = writeln!(text, "    {variant} = {code:?}, {status};");
    }
    text.push_str("}\n");
    text
}

/// In which directions a shape crosses the wire.
#[derive(Clone, Copy, Default)]
struct Directions {
    read: bool,
    write: bool,
}

/// The shapes of a service, as they are found.
struct Found<'m> {
    model: &'m Model,
    shapes: BTreeMap<&'m str, (Shape<'m>, Directions)>,
}

impl<'m> Found<'m> {
    /// Notes a structure and all that it leads to.
    fn visit(&mut self, shape: Shape<'m>, is_input: bool) {
        match shape.kind() {
            "list" => {
                if let Some((item, _)) = shape.item(self.model) {
                    self.visit(item, is_input);
                }
            }
            "structure" => {
                let (_, directions) =
                    self.shapes.entry(shape.name).or_insert((shape, Directions::default()));
                let seen = if is_input { &mut directions.read } else { &mut directions.write };
                if !std::mem::replace(seen, true) {
                    for member in shape.members(self.model) {
                        self.visit(member.shape, is_input);
                    }
                }
            }
            _ => {}
        }
    }
}

/// The text of a service's shapes.
pub fn shapes(service: &Service, model: &Model) -> Result<String, String> {
    let mut found = Found { model, shapes: BTreeMap::new() };
    let is_built = |operation: &Operation| service.built.contains(&operation.name);
    for operation in model.operations().filter(is_built) {
        if let Some(input) = operation.input() {
            found.visit(input, true);
        }
        if let Some(output) = operation.output() {
            let expected = format!("{}Result", operation.name);
            if operation.result_wrapper() != Some(&expected) {
                return Err(format!("{}: its result is not in {expected}", operation.name));
            }
            found.visit(output, false);
        }
    }
    let mut constants = BTreeMap::new();
    let mut body = String::new();
    for (shape, directions) in found.shapes.values() {
        structure(&mut body, *shape, *directions, (model, &mut constants))?;
    }
    let mut text = preamble("Inputs, outputs and what they are made of.");
    let uses = [
        ("Pattern", "use crate::constraint::Pattern;\nuse crate::pattern;\n"),
        ("Constraint", "use crate::constraint::Constraint;\n"),
        ("PolicyDocument", "use crate::value::PolicyDocument;\n"),
        ("BTreeMap", "use std::collections::BTreeMap;\n"),
        ("Timestamp", "use larder_types::Timestamp;\n"),
        ("Secret", "use larder_s3_model::Secret;\n"),
    ];
    let constants: Vec<String> = constants
        .iter()
        .map(|(name, value)| format!("static {name}: Constraint = {value};\n"))
        .collect();
    let constants = constants.concat();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let words = [&body, &constants].into_iter().flat_map(|text| text.split(|c| !is_word(c)));
    let words: BTreeSet<&str> = words.collect();
    for (_, line) in uses.iter().filter(|(word, _)| words.contains(word)) {
        text.push_str(line);
    }
    text.push('\n');
    text.push_str(&constants);
    text.push_str(&body);
    Ok(text)
}

/// What a structure is written with: the model and the constants that it needs.
type Means<'a, 'm> = (&'m Model, &'a mut BTreeMap<String, String>);

fn structure(
    out: &mut String,
    shape: Shape<'_>,
    directions: Directions,
    (model, constants): Means<'_, '_>,
) -> Result<(), String> {
    let marks: Vec<&str> = [("read", directions.read), ("write", directions.write)]
        .iter()
        .filter_map(|(mark, is_on)| is_on.then_some(*mark))
        .collect();
    let default = if has_default(shape, model) { "#[derive(Default)] " } else { "" };
    let _ = writeln!(out, "\nshape! {{ {default}{} [{}] {{", shape.name, marks.join(" "));
    let mut names = BTreeSet::new();
    for member in shape.members(model) {
        let field = snake_case(member.name);
        if !names.insert(field.clone()) {
            return Err(format!("{}: {field} is there twice", shape.name));
        }
        let kind = value_type(member.shape, model, directions)?;
        let is_collection = matches!(member.shape.kind(), "list" | "map");
        let is_bare = member.required || (is_collection && !directions.read);
        let kind = if is_bare { kind } else { format!("Option<{kind}>") };
        let _ = write!(out, "    {field}: {kind} = {:?}", member.wire_name());
        if directions.read {
            note(constants, member.shape, model)?;
            match constraints::of(member.shape, model)? {
                Some((name, _)) => {
                    let _ = write!(out, ", &{name}");
                }
                None => out.push_str(", &Constraint::NONE"),
            }
        }
        out.push_str(";\n");
    }
    out.push_str("} }\n");
    Ok(())
}

/// Whether a structure has a value that says nothing: no time of it has to be there.
fn has_default(shape: Shape<'_>, model: &Model) -> bool {
    shape.members(model).iter().filter(|member| member.required).all(|member| {
        match member.shape.kind() {
            "timestamp" => false,
            "structure" => has_default(member.shape, model),
            _ => true,
        }
    })
}

/// Notes the constant of a shape, and those that it refers to.
fn note(
    constants: &mut BTreeMap<String, String>,
    shape: Shape<'_>,
    model: &Model,
) -> Result<(), String> {
    if let Some((name, value)) = constraints::of(shape, model)? {
        constants.insert(name, value);
    }
    if shape.kind() == "list"
        && let Some((item, _)) = shape.item(model)
    {
        note(constants, item, model)?;
    }
    Ok(())
}

fn value_type(shape: Shape<'_>, model: &Model, directions: Directions) -> Result<String, String> {
    Ok(match shape.kind() {
        _ if shape.is("sensitive") => "Secret".to_owned(),
        // Answers hold documents percent-encoded (RFC 3986), as each one's text in the model says.
        "string" if shape.name == "policyDocumentType" && !directions.read => {
            "PolicyDocument".to_owned()
        }
        "string" => "String".to_owned(),
        "integer" => "i32".to_owned(),
        "boolean" => "bool".to_owned(),
        "timestamp" => "Timestamp".to_owned(),
        "structure" => shape.name.to_owned(),
        "list" => {
            let (item, _) = shape.item(model).ok_or("a list without items")?;
            format!("Vec<{}>", value_type(item, model, directions)?)
        }
        "map" => {
            let (_, value) = shape.entry(model).ok_or("a map without values")?;
            format!("BTreeMap<String, {}>", value_type(value, model, directions)?)
        }
        other => return Err(format!("{} is a {other}, which nothing here writes", shape.name)),
    })
}
