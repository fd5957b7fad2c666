//! Every setting: its name, its default, its check, and its sentence when it is wrong.
//!
//! Layers, later ones win: the defaults below, `cyanotype.toml`, the environment (`CYANOTYPE_…`).

mod keys;
mod media;
mod role;

pub use keys::{KEYS, Key, Kind};
pub use media::{Place, S3};
pub use role::Role;

use ipnet::IpNet;
use keys::SECRET;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use url::Url;

/// The settings in force, checked.
#[derive(Debug, Clone)]
pub struct Settings {
    pub public_address: Option<PublicAddress>,
    pub server_name: String,
    pub server_description: String,
    pub listen: SocketAddr,
    pub role: Role,
    pub data_dir: PathBuf,
    pub database: Database,
    pub sqlite_full_sync: bool,
    /// Bytes of the file.
    pub sqlite_mmap: usize,
    /// Connections to PostgreSQL held open at most.
    pub postgres_connections: u32,
    pub trusted_proxies: Vec<IpNet>,
    pub open_registration: bool,
    pub rules: Vec<String>,
    pub max_photos: usize,
    pub max_photo_bytes: usize,
    pub max_photo_pixels: u64,
    pub max_caption: usize,
    pub max_alt: usize,
    /// Pixelfed's own app is told what it wants to hear, at its one address.
    pub pixelfed_app: bool,
    pub page_quality: u8,
    pub federated_quality: u8,
    pub photo_workers: usize,
    pub photo_memory: u64,
    pub photo_seconds: u64,
    pub photo_queue: usize,
    pub deliveries: usize,
    pub deliveries_per_host: usize,
    pub delivery_log_days: u32,
    pub remote_media_bytes: u64,
    pub remote_media_days: u32,
    pub allow_private_addresses: Vec<IpNet>,
    pub resolve: Vec<(String, SocketAddr)>,
    pub s3: Option<S3>,
    pub media_store: Place,
    pub media_address: Option<Url>,
    pub log: String,
    pub log_json: bool,
    /// Who shows it may read the metrics.
    pub metrics_token: Option<String>,
    /// Every value as text with the layer it came from, for `cyanotype config`.
    pub printed: Vec<Printed>,
}

/// Where people reach this server, and the domain in its handles. Never changes once federated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicAddress {
    /// `https://photos.example`, no closing slash.
    pub origin: String,
    /// `photos.example`
    pub host: String,
    /// Domain in handles.
    pub handle_domain: String,
}

/// Where the data is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    Sqlite(PathBuf),
    Postgres(String),
}

impl FromStr for Database {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(path) = text.strip_prefix("sqlite://") {
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        Err("it must begin with postgres:// or sqlite://.")
    }
}

/// One line of `cyanotype config`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    pub name: &'static str,
    pub value: String,
    pub source: String,
}

/// Why the server does not start: a sentence that names the setting.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{file} could not be read: {source}")]
    Unreadable { file: String, source: std::io::Error },
    #[error("{file} is not valid TOML: {message}")]
    NotToml { file: String, message: String },
    #[error("{place}: `{name}` is not a setting.{hint}")]
    Unknown { place: String, name: String, hint: String },
    #[error("{place}: `{name}` is impossible: {why}")]
    Impossible { place: String, name: String, why: String },
}

#[derive(Deserialize)]
struct Raw {
    public_address: String,
    handle_domain: String,
    server_name: String,
    server_description: String,
    rules: Vec<String>,
    listen: String,
    role: String,
    data_dir: String,
    database: String,
    sqlite_synchronous: String,
    trusted_proxies: Vec<String>,
    registration: String,
    max_photos: usize,
    max_photo_bytes: usize,
    max_photo_pixels: usize,
    max_caption: usize,
    max_alt: usize,
    page_quality: usize,
    federated_quality: usize,
    pixelfed_app: bool,
    photo_workers: usize,
    photo_memory: usize,
    photo_seconds: usize,
    photo_queue: usize,
    deliveries: usize,
    sqlite_mmap: usize,
    postgres_connections: usize,
    deliveries_per_host: usize,
    delivery_log_days: usize,
    remote_media_bytes: usize,
    remote_media_days: usize,
    allow_private_addresses: Vec<String>,
    resolve: Vec<String>,
    s3_endpoint: String,
    s3_bucket: String,
    s3_private_bucket: String,
    s3_prefix: String,
    s3_region: String,
    s3_access_key: String,
    s3_secret_key: String,
    s3_path_style: bool,
    media_store: String,
    media_address: String,
    log: String,
    log_format: String,
    metrics_token: String,
}

/// Values by name, each with the place it came from.
type Layers = BTreeMap<&'static str, (toml::Value, String)>;

impl Settings {
    /// Reads the settings in force: the named file, or `cyanotype.toml` if there is one, and the
    /// process's environment.
    pub fn load(named: Option<&Path>) -> Result<Self, ConfigError> {
        let file = named.unwrap_or(Path::new("cyanotype.toml"));
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && named.is_none() => String::new(),
            Err(source) => return Err(ConfigError::Unreadable { file: file.display().to_string(), source }),
        };
        Self::from_layers(&file.display().to_string(), &text, environment()?.into_iter())
    }

    /// The same from given layers; tests use it directly.
    pub fn from_layers(
        file: &str,
        text: &str,
        env: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut layers = defaults();
        read_file(&mut layers, file, text)?;
        read_env(&mut layers, env)?;
        check(layers)
    }
}

/// Our variables; those of others are none of our business, whatever bytes they hold.
fn environment() -> Result<Vec<(String, String)>, ConfigError> {
    let ours = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    ours.filter(|(name, _)| name.starts_with("CYANOTYPE_"))
        .map(|(name, value)| match value.into_string() {
            Ok(value) => Ok((name, value)),
            Err(_) => Err(ConfigError::Impossible {
                place: "environment".to_owned(),
                name,
                why: "its value is no text (UTF-8).".to_owned(),
            }),
        })
        .collect()
}

fn defaults() -> Layers {
    KEYS.iter()
        .map(|k| {
            let table: toml::Table = toml::from_str(&format!("v = {}", k.default)).unwrap_or_default();
            let value = table.get("v").cloned().unwrap_or(toml::Value::String(String::new()));
            (k.name, (value, "default".to_owned()))
        })
        .collect()
}

fn read_file(layers: &mut Layers, file: &str, text: &str) -> Result<(), ConfigError> {
    let table: toml::Table = toml::from_str(text)
        .map_err(|e| ConfigError::NotToml { file: file.to_owned(), message: e.message().to_owned() })?;
    for (name, value) in table {
        let key = find(&name).ok_or_else(|| unknown(file, &name))?;
        if !fits(key.kind, &value) {
            return Err(wrong_kind(file, key));
        }
        layers.insert(key.name, (value, file.to_owned()));
    }
    Ok(())
}

fn read_env(layers: &mut Layers, env: impl Iterator<Item = (String, String)>) -> Result<(), ConfigError> {
    for (variable, text) in env {
        let Some(name) = variable.strip_prefix("CYANOTYPE_").filter(|_| variable != crate::fault::VARIABLE) else {
            continue;
        };
        let key = find(&name.to_lowercase()).ok_or_else(|| unknown("environment", &variable))?;
        let value = match key.kind {
            Kind::Text => Some(toml::Value::String(text)),
            Kind::Number => text.trim().parse().ok().map(toml::Value::Integer),
            Kind::Flag => text.trim().parse().ok().map(toml::Value::Boolean),
            Kind::List => Some(toml::Value::Array(
                text.split(',').map(str::trim).filter(|s| !s.is_empty()).map(|s| s.to_owned().into()).collect(),
            )),
        };
        let value = value.ok_or_else(|| wrong_kind("environment", key))?;
        layers.insert(key.name, (value, variable));
    }
    Ok(())
}

fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|k| k.name == name)
}

fn unknown(place: &str, name: &str) -> ConfigError {
    let plain = name.trim_start_matches("CYANOTYPE_").to_lowercase();
    let near =
        KEYS.iter().find(|k| k.name.contains(&plain) || plain.contains(k.name) || shared_start(k.name, &plain) >= 5);
    let hint = near.map(|k| format!(" Did you mean `{}`?", k.name)).unwrap_or_default();
    ConfigError::Unknown { place: place.to_owned(), name: name.to_owned(), hint }
}

fn shared_start(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count()
}

fn fits(kind: Kind, value: &toml::Value) -> bool {
    match kind {
        Kind::Text => value.is_str(),
        Kind::Number => value.as_integer().is_some_and(|n| n >= 0),
        Kind::Flag => value.is_bool(),
        Kind::List => value.as_array().is_some_and(|a| a.iter().all(toml::Value::is_str)),
    }
}

fn wrong_kind(place: &str, key: &Key) -> ConfigError {
    let why = match key.kind {
        Kind::Text => "it must be text in quotes.",
        Kind::Number => "it must be a whole number, 0 or more.",
        Kind::Flag => "it must be true or false.",
        Kind::List => "it must be a list of texts.",
    };
    ConfigError::Impossible { place: place.to_owned(), name: key.name.to_owned(), why: why.to_owned() }
}

/// Says which setting is impossible, where it stands, and why.
struct Checker<'a>(&'a Layers);

impl Checker<'_> {
    fn fail(&self, name: &str, why: impl Into<String>) -> ConfigError {
        let place = self.0.get(name).map(|(_, p)| p.clone()).unwrap_or_default();
        ConfigError::Impossible { place, name: name.to_owned(), why: why.into() }
    }

    fn one_of(&self, name: &str, value: &str, allowed: [&str; 2]) -> Result<bool, ConfigError> {
        if value == allowed[0] {
            return Ok(true);
        }
        if value == allowed[1] {
            return Ok(false);
        }
        Err(self.fail(name, format!("it is \"{value}\" but must be \"{}\" or \"{}\".", allowed[0], allowed[1])))
    }

    fn range(&self, name: &str, value: usize, low: usize, high: usize) -> Result<usize, ConfigError> {
        if (low..=high).contains(&value) {
            return Ok(value);
        }
        Err(self.fail(name, format!("it is {value} but must lie between {low} and {high}.")))
    }

    fn quality(&self, name: &str, value: usize) -> Result<u8, ConfigError> {
        // Below, photographs fall apart; above, files grow and nothing is seen of it.
        self.range(name, value, 50, 95).map(|n| u8::try_from(n).unwrap_or(95))
    }

    fn few(&self, name: &str, value: usize, low: usize, high: usize) -> Result<u32, ConfigError> {
        self.range(name, value, low, high).map(|n| u32::try_from(n).unwrap_or(u32::MAX))
    }

    fn days(&self, name: &str, value: usize) -> Result<u32, ConfigError> {
        self.few(name, value, 1, 3_650)
    }

    fn nets(&self, name: &str, list: &[String]) -> Result<Vec<IpNet>, ConfigError> {
        list.iter()
            .map(|s| {
                s.parse::<IpNet>()
                    .or_else(|_| s.parse::<std::net::IpAddr>().map(IpNet::from))
                    .map_err(|_| self.fail(name, format!("\"{s}\" is no address range such as 10.0.0.0/8.")))
            })
            .collect()
    }
}

fn check(layers: Layers) -> Result<Settings, ConfigError> {
    let c = Checker(&layers);
    let table: toml::Table = layers.iter().map(|(k, (v, _))| ((*k).to_owned(), v.clone())).collect();
    let raw: Raw = table.try_into().map_err(|e: toml::de::Error| ConfigError::Impossible {
        place: "settings".to_owned(),
        name: "value".to_owned(),
        why: e.message().to_owned(),
    })?;
    let data_dir = PathBuf::from(&raw.data_dir);
    Ok(Settings {
        public_address: public_address(&c, &raw)?,
        listen: raw.listen.replace("localhost", "127.0.0.1").parse().map_err(|_| {
            c.fail("listen", format!("\"{}\" is no address and port such as 127.0.0.1:8080.", raw.listen))
        })?,
        role: raw.role.parse().map_err(|why| c.fail("role", why))?,
        database: database(&c, &raw.database, &data_dir)?,
        postgres_connections: c.few("postgres_connections", raw.postgres_connections, 4, 500)?,
        sqlite_full_sync: c.one_of("sqlite_synchronous", &raw.sqlite_synchronous, ["full", "normal"])?,
        sqlite_mmap: c.range("sqlite_mmap", raw.sqlite_mmap, 0, 1 << 40)?,
        trusted_proxies: c.nets("trusted_proxies", &raw.trusted_proxies)?,
        open_registration: c.one_of("registration", &raw.registration, ["open", "closed"])?,
        max_photos: c.range("max_photos", raw.max_photos, 1, 100)?,
        max_photo_bytes: c.range("max_photo_bytes", raw.max_photo_bytes, 100_000, 500_000_000)?,
        max_photo_pixels: c
            .range("max_photo_pixels", raw.max_photo_pixels, 1_000_000, 1_000_000_000)
            .map(|n| u64::try_from(n).unwrap_or(u64::MAX))?,
        max_caption: c.range("max_caption", raw.max_caption, 100, 50_000)?,
        max_alt: c.range("max_alt", raw.max_alt, 100, 10_000)?,
        page_quality: c.quality("page_quality", raw.page_quality)?,
        federated_quality: c.quality("federated_quality", raw.federated_quality)?,
        pixelfed_app: raw.pixelfed_app,
        photo_workers: c.range("photo_workers", raw.photo_workers, 1, 64)?,
        photo_memory: c
            .range("photo_memory", raw.photo_memory, 64 << 20, 64 << 30)
            .map(|n| u64::try_from(n).unwrap_or(u64::MAX))?,
        photo_seconds: c
            .range("photo_seconds", raw.photo_seconds, 1, 600)
            .map(|n| u64::try_from(n).unwrap_or(u64::MAX))?,
        photo_queue: c.range("photo_queue", raw.photo_queue, 1, 10_000)?,
        deliveries: c.range("deliveries", raw.deliveries, 1, 2_000)?,
        deliveries_per_host: c.range("deliveries_per_host", raw.deliveries_per_host, 1, 64)?,
        delivery_log_days: c.days("delivery_log_days", raw.delivery_log_days)?,
        remote_media_bytes: c
            .range("remote_media_bytes", raw.remote_media_bytes, 1_000_000, 1_000_000_000_000_000)
            .map(|n| u64::try_from(n).unwrap_or(u64::MAX))?,
        remote_media_days: c.days("remote_media_days", raw.remote_media_days)?,
        allow_private_addresses: c.nets("allow_private_addresses", &raw.allow_private_addresses)?,
        resolve: resolve(&c, &raw.resolve)?,
        media_store: media::store(&c, &raw.media_store, media::s3(&c, &raw)?.is_some())?,
        s3: media::s3(&c, &raw)?,
        media_address: media::address(&c, &raw.media_address)?,
        metrics_token: metrics_token(&c, &raw.metrics_token)?,
        log_json: c.one_of("log_format", &raw.log_format, ["json", "text"])?,
        server_name: raw.server_name,
        server_description: raw.server_description,
        rules: raw.rules,
        data_dir,
        log: log(&c, raw.log)?,
        printed: print(&layers),
    })
}

fn public_address(c: &Checker<'_>, raw: &Raw) -> Result<Option<PublicAddress>, ConfigError> {
    let text = raw.public_address.trim().trim_end_matches('/');
    if text.is_empty() {
        if !raw.handle_domain.is_empty() {
            return Err(c.fail("handle_domain", "it needs public_address to be set too."));
        }
        return Ok(None);
    }
    let why = format!("\"{text}\" must look like https://photos.example, without a path or port.");
    let url = Url::parse(text).map_err(|_| c.fail("public_address", why.clone()))?;
    let host = url.domain().filter(|h| h.contains('.') && !h.ends_with('.')).map(str::to_owned);
    let plain = url.scheme() == "https"
        && url.port().is_none()
        && url.path() == "/"
        && url.query().is_none()
        && url.username().is_empty();
    let (Some(host), true) = (host, plain) else { return Err(c.fail("public_address", why)) };
    let handle_domain = match raw.handle_domain.trim() {
        "" => host.clone(),
        other => domain(other)
            .ok_or_else(|| c.fail("handle_domain", format!("\"{other}\" is no domain such as photos.example.")))?,
    };
    Ok(Some(PublicAddress { origin: format!("https://{host}"), host, handle_domain }))
}

/// A bare domain of at least two parts.
fn domain(text: &str) -> Option<String> {
    let plain = !text.contains(['/', ':', '?', '#', '@']) && text.contains('.') && !text.ends_with('.');
    let url = Url::parse(&format!("https://{text}/")).ok().filter(|_| plain)?;
    url.domain().map(str::to_owned)
}

fn database(c: &Checker<'_>, text: &str, data_dir: &Path) -> Result<Database, ConfigError> {
    if text.is_empty() {
        return Ok(Database::Sqlite(data_dir.join("cyanotype.sqlite")));
    }
    text.parse().map_err(|why: &str| c.fail("database", why))
}

fn resolve(c: &Checker<'_>, list: &[String]) -> Result<Vec<(String, SocketAddr)>, ConfigError> {
    list.iter()
        .map(|entry| {
            entry
                .split_once(':')
                .and_then(|(host, addr)| Some((host.to_lowercase(), addr.parse().ok()?)))
                .ok_or_else(|| c.fail("resolve", format!("\"{entry}\" must look like photos.example:127.0.0.1:8443.")))
        })
        .collect()
}

fn metrics_token(c: &Checker<'_>, text: &str) -> Result<Option<String>, ConfigError> {
    match text.trim() {
        "" => Ok(None),
        short if short.len() < 16 => Err(c.fail("metrics_token", "it must have 16 characters or more.")),
        token => Ok(Some(token.to_owned())),
    }
}

/// A filter of levels, as `tracing` reads it.
fn log(c: &Checker<'_>, text: String) -> Result<String, ConfigError> {
    match tracing_subscriber::EnvFilter::try_new(&text) {
        Ok(_) => Ok(text),
        Err(_) => {
            Err(c.fail("log", format!("\"{text}\" is no level such as info, and no filter such as cyanotype=debug.")))
        }
    }
}

fn print(layers: &Layers) -> Vec<Printed> {
    KEYS.iter()
        .filter_map(|k| {
            let (value, source) = layers.get(k.name)?;
            let empty = value.as_str() == Some("");
            let value = if SECRET.contains(&k.name) && !empty { "(set)".to_owned() } else { value.to_string() };
            Some(Printed { name: k.name, value, source: source.clone() })
        })
        .collect()
}
