//! Every setting there is: name, kind, default, and what it is for.

/// What kind of value a setting takes, so that text from the environment can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Number,
    Flag,
    List,
}

/// A setting as documentation lists it.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    pub name: &'static str,
    pub kind: Kind,
    /// TOML text of the default.
    pub default: &'static str,
    /// What it is for, one sentence.
    pub about: &'static str,
}

const fn key(name: &'static str, kind: Kind, default: &'static str, about: &'static str) -> Key {
    Key { name, kind, default, about }
}

/// All settings there are, in the order in which `cyanotype config` prints them.
pub const KEYS: &[Key] = &[
    key(
        "public_address",
        Kind::Text,
        "\"\"",
        "Where people reach this server, e.g. https://photos.example; without it nothing federates.",
    ),
    key(
        "handle_domain",
        Kind::Text,
        "\"\"",
        "Domain in handles (@ada@…) when it differs from the public address's host.",
    ),
    key("server_name", Kind::Text, "\"Cyanotype\"", "Name shown at the top of every page."),
    key(
        "server_description",
        Kind::Text,
        "\"A quiet place for photographs.\"",
        "One or two sentences for visitors and other servers.",
    ),
    key(
        "rules",
        Kind::List,
        "[]",
        "Rules of this server, one sentence each; people see them, and can name them in reports.",
    ),
    key("listen", Kind::Text, "\"127.0.0.1:8080\"", "Address and port to listen on."),
    key(
        "role",
        Kind::Text,
        "\"all\"",
        "all: one process does everything; web: it answers; worker: it does what can wait, such as delivering.",
    ),
    key("data_dir", Kind::Text, "\"data\"", "Folder for the SQLite file, the media and the secret."),
    key("database", Kind::Text, "\"\"", "postgres://… address; empty means a SQLite file in data_dir."),
    key(
        "sqlite_synchronous",
        Kind::Text,
        "\"full\"",
        "full: accepted means on disk; normal: faster, the last moments may be lost at power failure.",
    ),
    key(
        "sqlite_mmap",
        Kind::Number,
        "0",
        "Bytes of the SQLite file that each of four readers maps: reading costs less, but it counts as memory.",
    ),
    key("postgres_connections", Kind::Number, "16", "Connections to PostgreSQL held open at most."),
    key(
        "trusted_proxies",
        Kind::List,
        "[]",
        "Addresses (CIDR) whose X-Forwarded-For and X-Forwarded-Proto are believed.",
    ),
    key(
        "registration",
        Kind::Text,
        "\"closed\"",
        "open or closed; the first account is always made through the link printed at the start.",
    ),
    key("max_photos", Kind::Number, "20", "Photos in one post."),
    key("max_photo_bytes", Kind::Number, "41943040", "Largest photo file, in bytes."),
    key("max_photo_pixels", Kind::Number, "100000000", "Largest photo, in pixels."),
    key("max_caption", Kind::Number, "5000", "Characters in a caption or reply."),
    key("max_alt", Kind::Number, "2000", "Characters in an alt text."),
    key(
        "page_quality",
        Kind::Number,
        "82",
        "JPEG quality of the larger sizes for pages, 50 to 95; the small ones have 2 and 4 less. Roll a change out with `media rebuild`.",
    ),
    key(
        "federated_quality",
        Kind::Number,
        "85",
        "JPEG quality of the file other servers fetch, 50 to 95; less where it would be above 8 MB. Roll a change out with `media rebuild`.",
    ),
    key(
        "pixelfed_app",
        Kind::Flag,
        "true",
        "Lets Pixelfed's own app sign in: it asks for a Pixelfed server at one address that nothing else reads, and is told so there.",
    ),
    key("photo_workers", Kind::Number, "2", "Photos worked on at the same time."),
    key(
        "photo_memory",
        Kind::Number,
        "402653184",
        "Bytes of memory that photos worked on may need together; one that needs more is worked on alone.",
    ),
    key("photo_seconds", Kind::Number, "20", "Seconds one photo may take before it is given up."),
    key("photo_queue", Kind::Number, "32", "Photos that may wait for a worker before uploads are asked to come back."),
    key("deliveries", Kind::Number, "256", "Deliveries to other servers under way at the same time."),
    key("deliveries_per_host", Kind::Number, "2", "Deliveries to one other server under way at the same time."),
    key("delivery_log_days", Kind::Number, "30", "Days for which it is kept how each delivery went."),
    key(
        "remote_media_bytes",
        Kind::Number,
        "10737418240",
        "Bytes of other servers' pictures kept here; beyond, those go that nobody looked at for longest, and come back when somebody looks.",
    ),
    key(
        "remote_media_days",
        Kind::Number,
        "90",
        "Days for which a picture of another server is kept that nobody looks at.",
    ),
    key("allow_private_addresses", Kind::List, "[]", "Private address ranges (CIDR) this server may still fetch from."),
    key(
        "resolve",
        Kind::List,
        "[]",
        "Names dialled at fixed addresses, as \"host:address:port\"; each is logged at the start.",
    ),
    key(
        "s3_endpoint",
        Kind::Text,
        "\"\"",
        "Address of an S3-compatible store; with s3_bucket and keys set, media is kept there.",
    ),
    key("s3_bucket", Kind::Text, "\"\"", "Bucket for media."),
    key(
        "s3_prefix",
        Kind::Text,
        "\"\"",
        "Beginning of every name in the bucket, for one that holds other things too; ends in / by itself.",
    ),
    key(
        "s3_private_bucket",
        Kind::Text,
        "\"\"",
        "Bucket for originals and for photos that not everybody may see; empty means they lie in s3_bucket too, outside media/.",
    ),
    key("s3_region", Kind::Text, "\"us-east-1\"", "Region the store expects in signatures."),
    key("s3_access_key", Kind::Text, "\"\"", "Access key of the store."),
    key("s3_secret_key", Kind::Text, "\"\"", "Secret key of the store."),
    key("s3_path_style", Kind::Flag, "true", "Bucket in the path rather than in the host name."),
    key(
        "media_store",
        Kind::Text,
        "\"\"",
        "Where media is put: local (in data_dir) or s3; empty means s3 where that is set up, else local. What lies in the other one is still found: see `media move`.",
    ),
    key(
        "media_address",
        Kind::Text,
        "\"\"",
        "Address of media that everybody may see, on a host of its own (recommended): a bucket, a CDN, or this server under a second name.",
    ),
    key(
        "log",
        Kind::Text,
        "\"info\"",
        "What is logged: error, warn, info, debug, or a filter such as cyanotype=debug.",
    ),
    key("log_format", Kind::Text, "\"text\"", "text or json."),
    key(
        "metrics_token",
        Kind::Text,
        "\"\"",
        "Token with which Prometheus may read /metrics, 16 characters or more; empty means there are no metrics.",
    ),
];

/// Settings whose values are never printed.
pub(super) const SECRET: &[&str] = &["s3_secret_key", "database", "metrics_token"];
