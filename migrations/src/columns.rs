//! Column types that mean the same on both databases.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Ids, counts, and times in milliseconds.
pub fn int(name: impl IntoIden) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().take()
}

/// Like [`int`], may be absent.
pub fn int_null(name: impl IntoIden) -> ColumnDef {
    ColumnDef::new(name).big_integer().take()
}

/// Text, and JSON that is never queried.
pub fn text(name: impl IntoIden) -> ColumnDef {
    ColumnDef::new(name).text().not_null().take()
}

/// Like [`text`], may be absent.
pub fn text_null(name: impl IntoIden) -> ColumnDef {
    ColumnDef::new(name).text().take()
}

/// 0 or 1: SQLite's STRICT tables know no boolean.
pub fn flag(name: impl IntoIden) -> ColumnDef {
    ColumnDef::new(name).integer().not_null().default(0).take()
}

/// Hashes, tokens, sealed keys.
pub fn bytes(name: impl IntoIden) -> ColumnDef {
    ColumnDef::new(name).blob().not_null().take()
}

/// Like [`bytes`], may be absent.
pub fn bytes_null(name: impl IntoIden) -> ColumnDef {
    ColumnDef::new(name).blob().take()
}

/// One migration step at work.
pub struct Step<'a>(pub &'a SchemaManager<'a>);

impl Step<'_> {
    /// Creates a table; STRICT on SQLite, so that a wrong type is an error and not a surprise.
    pub async fn table(&self, table: &mut TableCreateStatement) -> Result<(), DbErr> {
        if self.0.get_database_backend() == DbBackend::Sqlite {
            table.extra("STRICT");
        }
        self.0.create_table(table.take()).await
    }

    /// Creates an index.
    pub async fn index(&self, index: IndexCreateStatement) -> Result<(), DbErr> {
        self.0.create_index(index).await
    }
}
