//! Statements that servers ask their databases.

use cyanotype::app::App;
use sea_orm::sea_query::ArrayType;
use sea_orm::{Statement, Value};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// A statement, and the types of its values.
#[derive(Debug, Clone)]
pub struct Asked {
    pub sql: String,
    pub types: Vec<&'static str>,
}

/// Statements by their text, those that differ in the number of their values as one.
pub type Statements = Arc<Mutex<BTreeMap<String, Asked>>>;

impl Asked {
    fn of(statement: &Statement) -> Self {
        let values = statement.values.iter().flat_map(|values| &values.0);
        Self { sql: statement.sql.clone(), types: values.map(type_of).collect() }
    }

    /// The text without the number of values: `IN (?, ?, ?)` is `IN (?)`.
    fn shape(&self) -> String {
        shape(&self.sql)
    }
}

/// What PostgreSQL calls the type of a value.
fn type_of(value: &Value) -> &'static str {
    match value {
        Value::BigInt(_) => "bigint",
        Value::Int(_) => "integer",
        Value::String(_) => "text",
        Value::Bytes(_) => "bytea",
        Value::Double(_) => "double precision",
        Value::Bool(_) => "boolean",
        Value::Array(ArrayType::BigInt, _) => "bigint[]",
        Value::Array(ArrayType::String, _) => "text[]",
        _ => "unknown",
    }
}

fn shape(sql: &str) -> String {
    let words: Vec<&str> = sql.split(", ").collect();
    let mut kept: Vec<String> = Vec::new();
    for word in words {
        let plain: String = word.chars().filter(|c| !c.is_ascii_digit() || !word.contains('$')).collect();
        if kept.last().is_none_or(|last| *last != plain && !last.ends_with(&format!("({plain}"))) {
            kept.push(plain);
        }
    }
    kept.join(", ").replace("?, ?)", "?)").replace("$, $)", "$)")
}

/// Collects what a server asks from now on.
pub fn collect(app: &App) -> Statements {
    let statements = Statements::default();
    let seen = statements.clone();
    app.db.show(move |statement| {
        let asked = Asked::of(statement);
        seen.lock().expect("nobody panicked").entry(asked.shape()).or_insert(asked);
    });
    statements
}
