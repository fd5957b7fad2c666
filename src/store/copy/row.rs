//! Rows, and what is summed over them: the same for the same values, whichever database they are in.

use super::table::{Kind, Table};
use crate::secrets::hex;
use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};
use sqlx::{ColumnIndex, Decode, Type};
use std::fmt;

/// One value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// Its values, in the order of the columns.
pub(super) type Row = Vec<Value>;

/// Reads a row. NUL is left out of text, as it is wherever text comes in: PostgreSQL keeps none with it.
pub(super) fn read<R>(row: &R, kinds: &[Kind]) -> Result<Row, sqlx::Error>
where
    R: sqlx::Row,
    usize: ColumnIndex<R>,
    i64: for<'r> Decode<'r, R::Database> + Type<R::Database>,
    String: for<'r> Decode<'r, R::Database> + Type<R::Database>,
    Vec<u8>: for<'r> Decode<'r, R::Database> + Type<R::Database>,
{
    let value = |(place, kind): (usize, &Kind)| {
        Ok(match kind {
            Kind::Integer => row.try_get::<Option<i64>, _>(place)?.map_or(Value::Null, Value::Integer),
            Kind::Text => row.try_get::<Option<String>, _>(place)?.map_or(Value::Null, |t| Value::Text(without_nul(t))),
            Kind::Bytes | Kind::Other => row.try_get::<Option<Vec<u8>>, _>(place)?.map_or(Value::Null, Value::Bytes),
        })
    };
    kinds.iter().enumerate().map(value).collect()
}

fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "") } else { text }
}

/// How many rows a table has, and a checksum over them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    pub table: String,
    pub rows: u64,
    /// SHA-256 of the names of the columns and of all rows by their key, in hexadecimal digits.
    pub sha256: String,
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rows with the checksum {}", self.rows, self.sha256)
    }
}

/// A sum on its way.
pub(super) struct Digest {
    table: String,
    rows: u64,
    sum: Context,
    /// The row at hand as bytes.
    line: Vec<u8>,
}

impl Digest {
    pub fn new(table: &Table) -> Self {
        let mut sum = Context::new(&SHA256);
        for column in &table.columns {
            sum.update(column.name.as_bytes());
            sum.update(b"\n");
        }
        Self { table: table.name.clone(), rows: 0, sum, line: Vec::new() }
    }

    /// Adds the next row: each value with its kind and length in front, so that no two rows look alike.
    pub fn add(&mut self, row: &[Value]) {
        self.line.clear();
        for value in row {
            match value {
                Value::Null => self.line.push(0),
                Value::Integer(number) => {
                    self.line.push(1);
                    self.line.extend(number.to_be_bytes());
                }
                Value::Text(text) => self.long(2, text.as_bytes()),
                Value::Bytes(bytes) => self.long(3, bytes),
            }
        }
        self.sum.update(&self.line);
        self.rows += 1;
    }

    fn long(&mut self, kind: u8, bytes: &[u8]) {
        self.line.push(kind);
        self.line.extend(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        self.line.extend(bytes);
    }

    /// Rows so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    pub fn end(self) -> Sum {
        Sum { table: self.table, rows: self.rows, sha256: hex(self.sum.finish().as_ref()) }
    }
}
