//! How PostgreSQL tells what changes in a table: triggers put down which rows, by the keys they are asked for,
//! in a setting that lives as long as the transaction (`cyanotype.told`). Whoever commits reads it there.

use sea_orm_migration::prelude::DbErr;
use sea_orm_migration::sea_orm::ConnectionTrait;

/// A column by which rows are asked for.
#[derive(Clone, Copy)]
pub enum Key {
    /// Of whole numbers.
    Number(&'static str),
    /// Of texts.
    Text(&'static str),
    /// Of bytes.
    Bytes(&'static str),
}

impl Key {
    fn name(self) -> &'static str {
        match self {
            Self::Number(name) | Self::Text(name) | Self::Bytes(name) => name,
        }
    }

    /// The key as it is put down: a number, or an `x` and bytes in hex.
    fn put_down(self) -> String {
        match self {
            Self::Number(name) => format!("{name}::text"),
            Self::Text(name) => format!("'x' || encode(convert_to({name}, 'UTF8'), 'hex')"),
            Self::Bytes(name) => format!("'x' || encode({name}, 'hex')"),
        }
    }
}

/// Puts down `table.column=key,key;`. Very many keys are all of them, `*`; very many changes are everything: `*;`.
pub const TELL: &str = "
CREATE FUNCTION cyanotype_tell(what text, keys text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    was text := COALESCE(current_setting('cyanotype.told', true), '');
BEGIN
    IF keys IS NULL OR was = '*;' THEN
        RETURN;
    END IF;
    IF cardinality(keys) > 500 THEN
        keys := ARRAY['*'];
    END IF;
    was := was || what || '=' || array_to_string(keys, ',') || ';';
    IF length(was) > 60000 THEN
        was := '*;';
    END IF;
    PERFORM set_config('cyanotype.told', was, true);
END $$";

/// Has a table told of, by these of its columns; a table without any tells only that it changed.
pub async fn tell(db: &impl ConnectionTrait, table: &str, keys: &[Key]) -> Result<(), DbErr> {
    let rows = |from: &str| {
        match keys {
        [] => format!("PERFORM cyanotype_tell('{table}', (SELECT array_agg('*'::text) FROM (SELECT 1 FROM {from} LIMIT 1) AS r));"),
        keys => keys
            .iter()
            .map(|key| {
                let (name, put_down) = (key.name(), key.put_down());
                format!(
                    "PERFORM cyanotype_tell('{table}.{name}', (SELECT array_agg(DISTINCT {put_down}) FROM {from} AS r));"
                )
            })
            .collect(),
    }
    };
    let all = match keys {
        [] => "*".to_owned(),
        keys => keys.iter().map(|key| key.name()).collect::<Vec<_>>().join(", "),
    };
    let both = format!("(SELECT {all} FROM told_new UNION ALL SELECT {all} FROM told_old)");
    let both = if keys.is_empty() { "told_new".to_owned() } else { both };
    let function = format!(
        "CREATE FUNCTION cyanotype_tell_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN
             IF TG_OP = 'INSERT' THEN {}
             ELSIF TG_OP = 'DELETE' THEN {}
             ELSE {}
             END IF;
             RETURN NULL;
         END $$",
        rows("told_new"),
        rows("told_old"),
        rows(&both),
    );
    db.execute_unprepared(&function).await?;
    for (event, tables) in [
        ("INSERT", "NEW TABLE AS told_new"),
        ("DELETE", "OLD TABLE AS told_old"),
        ("UPDATE", "NEW TABLE AS told_new OLD TABLE AS told_old"),
    ] {
        let trigger = format!(
            "CREATE TRIGGER cyanotype_tells_{event} AFTER {event} ON \"{table}\" REFERENCING {tables} \
             FOR EACH STATEMENT EXECUTE FUNCTION cyanotype_tell_{table}()"
        );
        db.execute_unprepared(&trigger).await?;
    }
    Ok(())
}

/// Has a table told of no more.
pub async fn untell(db: &impl ConnectionTrait, table: &str) -> Result<(), DbErr> {
    db.execute_unprepared(&format!("DROP FUNCTION cyanotype_tell_{table} CASCADE")).await.map(drop)
}
