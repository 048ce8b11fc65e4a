//! CBOR taken apart without knowing what it means: to add what tomorrow may add, and to leave out what may be missing.

use std::fmt::Write as _;

use minicbor::data::Type;
use minicbor::{Decoder, Encoder};

type Out = Encoder<Vec<u8>>;

/// A number that no message uses.
const TOMORROW: u64 = 99;

/// The same item with an unknown field in every map, however deep.
pub fn widened(item: &[u8]) -> Vec<u8> {
    let mut out = Encoder::new(Vec::new());
    widen(&mut Decoder::new(item), &mut out);
    out.into_writer()
}

fn widen(d: &mut Decoder<'_>, out: &mut Out) {
    match d.datatype().unwrap() {
        Type::Map => {
            let pairs = d.map().unwrap().unwrap();
            out.map(pairs + 1).unwrap();
            (0..pairs * 2).for_each(|_| widen(d, out));
            out.u64(TOMORROW).unwrap().array(2).unwrap().str("明天").unwrap().map(1).unwrap();
            out.u8(0).unwrap().bytes(&[1, 2]).unwrap();
        }
        Type::Array => {
            let items = d.array().unwrap().unwrap();
            out.array(items).unwrap();
            (0..items).for_each(|_| widen(d, out));
        }
        _ => copy(d, out),
    }
}

fn copy(d: &mut Decoder<'_>, out: &mut Out) {
    let from = d.position();
    d.skip().unwrap();
    let item = &d.input()[from..d.position()];
    out.writer_mut().extend_from_slice(item);
}

/// The same map without one of its fields; `None` when it has no such field.
pub fn without(item: &[u8], field: u64) -> Option<Vec<u8>> {
    let mut d = Decoder::new(item);
    let pairs = d.map().unwrap().unwrap();
    let mut out = Encoder::new(Vec::new());
    out.map(pairs - 1).unwrap();
    let mut found = false;
    for _ in 0..pairs {
        let key = d.u64().unwrap();
        if key == field {
            found = true;
            d.skip().unwrap();
        } else {
            out.u64(key).unwrap();
            copy(&mut d, &mut out);
        }
    }
    found.then(|| out.into_writer())
}

/// The numbers of a map's fields.
pub fn fields(item: &[u8]) -> Vec<u64> {
    let mut d = Decoder::new(item);
    let pairs = d.map().unwrap().unwrap();
    let one = |d: &mut Decoder<'_>| {
        let key = d.u64().unwrap();
        d.skip().unwrap();
        key
    };
    (0..pairs).map(|_| one(&mut d)).collect()
}

/// The item as people read it: maps by field number, byte strings as hex.
pub fn readable(item: &[u8]) -> String {
    let mut out = String::new();
    show(&mut Decoder::new(item), 0, &mut out);
    out.push('\n');
    out
}

fn show(d: &mut Decoder<'_>, depth: usize, out: &mut String) {
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        (0..depth).for_each(|_| out.push_str("  "));
    };
    match d.datatype().unwrap() {
        Type::Map => {
            out.push('{');
            for _ in 0..d.map().unwrap().unwrap() {
                line(out, depth + 1);
                write!(out, "{}: ", d.u64().unwrap()).unwrap();
                show(d, depth + 1, out);
            }
            line(out, depth);
            out.push('}');
        }
        Type::Array => {
            out.push('[');
            for _ in 0..d.array().unwrap().unwrap() {
                line(out, depth + 1);
                show(d, depth + 1, out);
            }
            line(out, depth);
            out.push(']');
        }
        Type::Bytes => d.bytes().unwrap().iter().for_each(|byte| write!(out, "{byte:02x}").unwrap()),
        Type::String => write!(out, "{:?}", d.str().unwrap()).unwrap(),
        Type::Bool => write!(out, "{}", d.bool().unwrap()).unwrap(),
        _ => write!(out, "{}", d.int().unwrap()).unwrap(),
    }
}
