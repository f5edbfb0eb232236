//! The generated files but the operation table.

use super::emit_operations;
use super::fields::{Context, Field};
use super::model::{Member, Model, Operation, Shape};
use super::names::camel_case;
use super::overrides::Overrides;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Inputs with at least so many headers read them in one pass.
const ONE_PASS_HEADERS_MIN: usize = 4;

/// Every generated file: its name and its text before formatting.
pub fn files(model: &Model, overrides: &Overrides) -> Result<Vec<(&'static str, String)>, String> {
    let context = Context { model, overrides };
    Ok(vec![
        ("enums.rs", enums(context)),
        ("headers.rs", headers(context)),
        ("inputs.rs", inputs(context)?),
        ("mod.rs", module(context)),
        ("operations.rs", emit_operations::file(context)?),
        ("outputs.rs", outputs(context)?),
        ("shapes.rs", shapes(context)?),
    ])
}

/// The first lines of a generated file.
pub fn preamble(what: &str) -> String {
    format!(
        "//! {what}\n//!\n//! Written by `cargo xtask s3gen`; edit `overrides.toml` instead.\n\n"
    )
}

/// Data of any length, which no struct holds: a streaming body or an event stream.
pub fn is_stream(member: Member<'_>) -> bool {
    member.is("streaming") || member.shape.kind() == "blob" || member.shape.is("eventstream")
}

fn module(context: Context<'_>) -> String {
    let mut text = preamble("What the service model says.");
    text.push_str(
        "#![allow(missing_docs, reason = \"AWS's reference documents each field by its name\")]\n\n\
         pub mod enums;\npub(crate) mod headers;\npub mod inputs;\npub mod operations;\n\
         pub mod outputs;\npub mod shapes;\n\n\
         #[cfg(test)]\nuse crate::{DecodeError, RequestHead};\n\n\
         #[cfg(test)]\ntype Decoder = fn(&RequestHead<'_>, &[u8]) -> Option<DecodeError>;\n\
         /// How each operation's input is decoded, in the table's order.\n\
         #[cfg(test)]\npub(crate) const DECODERS: &[Decoder] = &[\n",
    );
    for operation in context.model.operations() {
        let name = operation.name;
        let _ = writeln!(text, "    |head, body| inputs::{name}Input::decode(head, body).err(),");
    }
    text.push_str("];\n");
    text
}

fn enums(context: Context<'_>) -> String {
    let mut text = preamble("Strings of which AWS knows every value.");
    for shape in context.model.shapes() {
        let replaced = context.overrides.text("shape", shape.name, "rust").is_some();
        let Some(words) = shape.words().filter(|_| !replaced) else {
            continue;
        };
        let _ = writeln!(text, "string_enum! {{\n    {} {{", shape.name);
        for word in words {
            let _ = writeln!(text, "        {} = \"{word}\",", camel_case(word));
        }
        text.push_str("    }\n}\n\n");
    }
    text
}

fn headers(context: Context<'_>) -> String {
    let mut names = BTreeMap::new();
    for operation in context.model.operations() {
        for shape in [operation.input(), operation.output()].into_iter().flatten() {
            for member in shape.members(context.model) {
                if member.location() == Some("header") {
                    let wire = member.wire_name();
                    let lower = wire.to_ascii_lowercase();
                    names.insert((lower.len(), lower), camel_case(wire));
                }
            }
        }
    }
    let mut text = preamble("The headers of all operations, by length, then by name.");
    text.push_str("header_table! {\n");
    for ((_, name), variant) in names {
        let _ = writeln!(text, "    {variant} = \"{name}\",");
    }
    text.push_str("}\n");
    text
}

fn inputs(context: Context<'_>) -> Result<String, String> {
    let mut text = preamble("What each operation takes.");
    text.push_str(
        "use super::headers::Header as H;\nuse super::{enums, shapes};\nuse crate::text::Secret;\n",
    );
    text.push_str("use larder_types::Timestamp;\nuse std::collections::BTreeMap;\n\n");
    for operation in context.model.operations() {
        let fields = input_fields(context, operation)?;
        let headers = fields.iter().filter(|field| field.is_header).count();
        let scan = if headers < ONE_PASS_HEADERS_MIN { "look_up" } else { "one_pass" };
        let head = format!("{}Input {scan}", operation.name);
        let doc = format!("/// Input of {}.", operation.name);
        table(&mut text, "input", &doc, &head, &fields);
    }
    Ok(text)
}

fn input_fields(context: Context<'_>, operation: Operation<'_>) -> Result<Vec<Field>, String> {
    let Some(shape) = operation.input() else {
        return Ok(Vec::new());
    };
    let payload = shape.text("payload");
    let mut fields = Vec::new();
    for member in shape.members(context.model) {
        if is_stream(member) || context.is_skipped(shape, member) {
            continue;
        }
        match member.location() {
            Some(_) => fields.push(context.head_field(shape, member)?),
            None if payload == Some(member.name) => fields.push(context.payload_field(member)?),
            None if operation.input_root().is_some() => {}
            None => return Err(format!("{}.{}: not its payload", shape.name, member.name)),
        }
    }
    if let Some(root) = operation.input_root() {
        fields.push(Field {
            name: "request".to_owned(),
            rust: format!("shapes::{}", shape.name),
            place: format!("xml(\"{root}\")"),
            has_default: context.has_default(shape)?,
            is_header: false,
        });
    }
    Ok(fields)
}

fn outputs(context: Context<'_>) -> Result<String, String> {
    let mut text = preamble("What each operation answers; those that are not here answer nothing.");
    text.push_str(
        "use super::headers::Header as H;\nuse super::{enums, shapes};\nuse crate::text::Secret;\n",
    );
    text.push_str("use larder_types::Timestamp;\nuse std::collections::BTreeMap;\n\n");
    for operation in context.model.operations() {
        let Some(shape) = operation.output() else {
            continue;
        };
        let payload = shape.text("payload");
        let mut fields = Vec::new();
        let mut in_document = false;
        for member in shape.members(context.model) {
            fields.push(match member.location() {
                _ if is_stream(member) => continue,
                Some(_) => context.head_field(shape, member)?,
                None if payload == Some(member.name) => context.payload_field(member)?,
                None => {
                    let field = context.element_field(shape, member)?;
                    in_document |= !field.place.starts_with("root_text");
                    field
                }
            });
        }
        let name = operation.name;
        let root = context.overrides.text("output", name, "root");
        let begin = match (in_document, root) {
            (true, Some(root)) => format!("document(\"{root}\")"),
            (false, None) => "headers()".to_owned(),
            (true, None) => return Err(format!("{name}: overrides.toml gives no root")),
            (false, Some(_)) => return Err(format!("{name}: its root is not used")),
        };
        let doc = format!("/// Output of {name}.");
        table(&mut text, "output", &doc, &format!("{name}Output {begin}"), &fields);
    }
    Ok(text)
}

fn shapes(context: Context<'_>) -> Result<String, String> {
    let mut text = preamble("Structures inside documents.");
    text.push_str(
        "use super::{enums, shapes};\nuse crate::text::Secret;\nuse larder_types::Timestamp;\n\n",
    );
    for name in shapes_in_documents(context)? {
        let shape = context.model.shape(name).ok_or_else(|| format!("{name}: no shape"))?;
        let lenient = context.overrides.text("document", name, "unknown_elements").is_some();
        let finish = if lenient { "finish_lenient" } else { "finish" };
        let fields = context.element_fields(shape)?;
        table(&mut text, "xml_shape", "", &format!("{name} {finish}"), &fields);
    }
    Ok(text)
}

fn table(text: &mut String, form: &str, doc: &str, head: &str, fields: &[Field]) {
    let _ = writeln!(text, "{form}! {{");
    if !doc.is_empty() {
        let _ = writeln!(text, "    {doc}");
    }
    if fields.iter().all(|field| field.has_default) {
        text.push_str("    #[derive(Default)]\n");
    }
    let lines: String = fields.iter().map(Field::line).collect();
    let _ = writeln!(text, "    {head} {{\n{lines}    }}\n}}\n");
}

fn shapes_in_documents(context: Context<'_>) -> Result<BTreeSet<&str>, String> {
    let mut found = BTreeSet::new();
    for operation in context.model.operations() {
        if let Some(shape) = operation.input() {
            if operation.input_root().is_some() {
                found.insert(shape.name);
            }
            collect(context, shape, &mut found);
        }
        if let Some(shape) = operation.output() {
            collect(context, shape, &mut found);
        }
    }
    Ok(found)
}

fn collect<'m>(context: Context<'m>, shape: Shape<'m>, found: &mut BTreeSet<&'m str>) {
    for member in shape.members(context.model) {
        let mut inner = member.shape;
        while let Some((item, _)) = inner.item(context.model) {
            inner = item;
        }
        let is_structure = inner.kind() == "structure" && !is_stream(member);
        if is_structure && found.insert(inner.name) {
            collect(context, inner, found);
        }
    }
}
