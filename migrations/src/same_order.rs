//! Text in one order on both databases, and compared in one way: by its bytes. A database of PostgreSQL may
//! have been made for any language.

use sea_orm_migration::sea_orm::{ConnectionTrait, DbErr, Statement};

/// Gives columns of text, on PostgreSQL, the order of bytes where they have another: new ones, once. What
/// watches a column keeps its type from being changed, so it is taken away and comes back.
///
/// To be run after the steps, by whoever runs these.
pub async fn same_order(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    db.execute_unprepared(&SAME_ORDER.replace("{others}", OTHERS)).await.map(drop)
}

/// Whether every column of text has it.
pub async fn is_in_order(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let left = format!("SELECT NOT EXISTS (SELECT 1 {OTHERS})");
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), left)).await?;
    row.map_or(Ok(false), |row| row.try_get_by_index(0))
}

/// Columns of text that have another.
const OTHERS: &str = r#"
        FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid
        WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind = 'r' AND a.attnum > 0
          AND NOT a.attisdropped AND a.atttypid = 'text'::regtype AND a.attcollation <> '"C"'::regcollation"#;

const SAME_ORDER: &str = r#"
DO $$
DECLARE
    changed record;
    watching text[];
    watcher record;
    made text;
BEGIN
    FOR changed IN
        SELECT a.attrelid::regclass AS "table",
               string_agg(format('ALTER COLUMN %I TYPE text COLLATE "C"', a.attname), ', ') AS how
        {others}
        GROUP BY a.attrelid
    LOOP
        watching := ARRAY[]::text[];
        FOR watcher IN
            SELECT tgname, pg_get_triggerdef(oid) AS made
            FROM pg_trigger WHERE tgrelid = changed."table" AND NOT tgisinternal
        LOOP
            watching := watching || watcher.made;
            EXECUTE format('DROP TRIGGER %I ON %s', watcher.tgname, changed."table");
        END LOOP;
        EXECUTE format('ALTER TABLE %s %s', changed."table", changed.how);
        FOREACH made IN ARRAY watching LOOP
            EXECUTE made;
        END LOOP;
    END LOOP;
END $$"#;
