//! Which tables there are: read from the databases themselves, so that no list can forget one.

use std::collections::BTreeMap;

/// What is kept in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Text,
    Bytes,
    /// None of those that mean the same in both databases.
    Other,
}

impl Kind {
    fn of(name: &str) -> Self {
        match name {
            "integer" | "bigint" | "smallint" => Self::Integer,
            "text" => Self::Text,
            "blob" | "bytea" => Self::Bytes,
            _ => Self::Other,
        }
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub name: String,
    pub kind: Kind,
}

/// A table: its columns by name, and those of its key in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub name: String,
    pub columns: Vec<Column>,
    pub key: Vec<Column>,
}

/// The columns of all tables: table, column, type, place in the key or 0. What keeps the steps of the schema
/// is left out, as each database has its own.
pub(super) const SQLITE: &str = "
SELECT m.name, c.name, lower(c.type), c.pk FROM sqlite_master m JOIN pragma_table_info(m.name) c
WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND m.name <> 'seaql_migrations'";

/// The same.
pub(super) const POSTGRES: &str = "
SELECT t.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod),
       COALESCE(array_position(k.conkey, a.attnum), 0)::bigint
FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid
LEFT JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'p'
WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind = 'r' AND a.attnum > 0
  AND NOT a.attisdropped AND t.relname <> 'seaql_migrations'";

/// One row of these.
pub(super) type Described = (String, String, String, i64);

/// Tables by name.
pub(super) fn tables(mut described: Vec<Described>) -> Vec<Table> {
    described.sort();
    let mut tables = BTreeMap::<String, (Vec<Column>, Vec<(i64, Column)>)>::new();
    for (table, name, kind, place) in described {
        let (columns, key) = tables.entry(table).or_default();
        let column = Column { name, kind: Kind::of(&kind) };
        if place > 0 {
            key.push((place, column.clone()));
        }
        columns.push(column);
    }
    let ordered = |(name, (columns, mut key)): (String, (_, Vec<(i64, Column)>))| {
        key.sort_by_key(|(place, _)| *place);
        Table { name, columns, key: key.into_iter().map(|(_, column)| column).collect() }
    };
    tables.into_iter().map(ordered).collect()
}

impl Table {
    /// A column that cannot be copied, if there is one.
    pub fn unknown(&self) -> Option<&Column> {
        self.columns.iter().find(|column| column.kind == Kind::Other)
    }

    /// Its columns, as they stand in a statement.
    pub fn names(&self) -> String {
        self.columns.iter().map(|column| quoted(&column.name)).collect::<Vec<_>>().join(", ")
    }

    /// All its rows by their key, which both databases order alike.
    pub fn select(&self, postgres: bool) -> String {
        let wide = |column: &Column| match (postgres, column.kind) {
            // Flags are narrower there.
            (true, Kind::Integer) => format!("{}::bigint", quoted(&column.name)),
            _ => quoted(&column.name),
        };
        let by = |column: &Column| match (postgres, column.kind) {
            (true, Kind::Text) => format!("t.{} COLLATE \"C\"", quoted(&column.name)),
            _ => format!("t.{}", quoted(&column.name)),
        };
        let columns: Vec<_> = self.columns.iter().map(wide).collect();
        // Without a key, all that there is of a row says where it stands.
        let order = if self.key.is_empty() { &self.columns } else { &self.key };
        let order: Vec<_> = order.iter().map(by).collect();
        format!("SELECT {} FROM {} t ORDER BY {}", columns.join(", "), quoted(&self.name), order.join(", "))
    }
}

/// A name as it stands in a statement.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
