//! Bytes to JSON, with every limit applied while reading.

use super::ReadError;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::cell::{Cell, RefCell};
use std::fmt;

/// Largest document read, in bytes; as other servers have it.
pub const MAX_DOCUMENT: usize = 1024 * 1024;
/// Deepest nesting read. Real documents need less than ten levels.
pub const MAX_DEPTH: usize = 32;
/// Most values in one document, lists and objects counted with what is in them: each costs far more
/// memory than its bytes.
pub const MAX_VALUES: usize = 100_000;
/// JSON-LD keywords that restructure a document.
const RESTRUCTURING: [&str; 3] = ["@graph", "@included", "@reverse"];

/// Reads a document. Stops at the first limit, so a hostile one costs no more than its bytes.
pub fn parse(bytes: &[u8]) -> Result<Value, ReadError> {
    if bytes.len() > MAX_DOCUMENT {
        return Err(ReadError::TooLarge);
    }
    let (fault, values) = (RefCell::new(None), Cell::new(0));
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = Node { depth: 0, values: &values, fault: &fault }.deserialize(&mut json);
    let value = value.and_then(|value| json.end().map(|()| value));
    value.map_err(|error| fault.take().unwrap_or_else(|| ReadError::NotJson(error.to_string())))
}

/// One value at a known depth. The reason for stopping travels beside serde's error, which is text.
#[derive(Clone, Copy)]
struct Node<'a> {
    depth: usize,
    values: &'a Cell<usize>,
    fault: &'a RefCell<Option<ReadError>>,
}

impl Node<'_> {
    fn stop<E: Error>(&self, reason: ReadError) -> E {
        let error = E::custom(&reason);
        *self.fault.borrow_mut() = Some(reason);
        error
    }

    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(self.stop(ReadError::TooDeep));
        }
        Ok(Node { depth: self.depth + 1, ..self })
    }

    fn text<E: Error>(&self, text: &str) -> Result<(), E> {
        if text.contains('\0') { Err(self.stop(ReadError::Nul)) } else { Ok(()) }
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.values.set(self.values.get() + 1);
        if self.values.get() > MAX_VALUES {
            return Err(self.stop(ReadError::TooMany));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        self.text(value)?;
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            self.text(&name)?;
            if RESTRUCTURING.contains(&name.as_str()) {
                return Err(self.stop(ReadError::Restructured));
            }
            let value = members.next_value_seed(inner)?;
            if map.insert(name, value).is_some() {
                return Err(self.stop(ReadError::DuplicateMember));
            }
        }
        Ok(Value::Object(map))
    }
}
