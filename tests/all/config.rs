//! Settings: where they come from, and what is said when one cannot be.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use cyanotype::config::{ConfigError, Database, KEYS, Kind, Settings};

/// What the file and the environment say together.
fn read(text: &str, env: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    let env = env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    Settings::from_layers("cyanotype.toml", text, env)
}

fn sentence(text: &str, env: &[(&str, &str)]) -> String {
    read(text, env).expect_err("this should be refused").to_string()
}

fn source(settings: &Settings, name: &str) -> (String, String) {
    let line = settings.printed.iter().find(|l| l.name == name).unwrap();
    (line.value.clone(), line.source.clone())
}

#[test]
fn with_nothing_said_the_defaults_hold() {
    let settings = read("", &[]).unwrap();
    assert!(settings.public_address.is_none(), "nothing federates until somebody says where");
    assert!(!settings.open_registration, "closed");
    assert!(settings.trusted_proxies.is_empty(), "no proxy is believed");
    assert!(settings.allow_private_addresses.is_empty() && settings.resolve.is_empty(), "no exceptions");
    assert!(settings.sqlite_full_sync && settings.s3.is_none());
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert_eq!((settings.max_photos, settings.max_caption, settings.max_alt), (20, 5_000, 2_000));
    assert_eq!(settings.database, Database::Sqlite("data/cyanotype.sqlite".into()));
}

#[test]
fn the_file_wins_over_defaults_and_the_environment_over_both() {
    let settings = read("max_photos = 5\nmax_alt = 300\n", &[("CYANOTYPE_MAX_PHOTOS", "7")]).unwrap();
    assert_eq!((settings.max_photos, settings.max_alt, settings.max_caption), (7, 300, 5_000));
    assert_eq!(source(&settings, "max_photos"), ("7".to_owned(), "CYANOTYPE_MAX_PHOTOS".to_owned()));
    assert_eq!(source(&settings, "max_alt"), ("300".to_owned(), "cyanotype.toml".to_owned()));
    assert_eq!(source(&settings, "max_caption"), ("5000".to_owned(), "default".to_owned()));
}

#[test]
fn lists_stand_in_brackets_in_the_file_and_between_commas_in_the_environment() {
    let file = read("trusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\"]\n", &[]).unwrap();
    let env = read("", &[("CYANOTYPE_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8,")]).unwrap();
    assert_eq!(file.trusted_proxies, env.trusted_proxies);
    assert_eq!(file.trusted_proxies.len(), 2);
    let none = read("trusted_proxies = [\"10.0.0.0/8\"]\n", &[("CYANOTYPE_TRUSTED_PROXIES", "")]).unwrap();
    assert!(none.trusted_proxies.is_empty(), "an empty variable empties the list");
}

#[test]
fn variables_of_other_programs_are_left_alone() {
    assert!(read("", &[("PATH", "/bin"), ("CYANO", "1"), ("cyanotype_max_alt", "1")]).is_ok());
}

#[test]
fn an_unknown_name_is_refused_with_where_it_stands_and_a_near_one() {
    assert_eq!(
        sentence("max_photo = 4\n", &[]),
        "cyanotype.toml: `max_photo` is not a setting. Did you mean `max_photos`?"
    );
    assert_eq!(
        sentence("", &[("CYANOTYPE_PUBLIC_ADRESS", "https://a.example")]),
        "environment: `CYANOTYPE_PUBLIC_ADRESS` is not a setting. Did you mean `public_address`?"
    );
    for (text, near) in [
        ("registrations = \"open\"", "registration"),
        ("trusted_proxy = []", "trusted_proxies"),
        ("alt = 4", "max_alt"),
        ("s3_secret = \"x\"", "s3_secret_key"),
        ("handle = \"x\"", "handle_domain"),
    ] {
        let said = sentence(text, &[]);
        assert!(said.ends_with(&format!("Did you mean `{near}`?")), "{said}");
    }
    assert_eq!(sentence("colour = 1\n", &[]), "cyanotype.toml: `colour` is not a setting.");
    assert!(sentence("[server]\nport = 1\n", &[]).contains("`server` is not a setting"));
}

#[test]
fn a_file_that_is_no_toml_is_refused_by_name() {
    assert!(sentence("max_photos: 4", &[]).starts_with("cyanotype.toml is not valid TOML"));
    assert!(sentence("max_alt = 1\nmax_alt = 2", &[]).starts_with("cyanotype.toml is not valid TOML"));
}

/// Name, TOML value, and part of the sentence it gets.
const IMPOSSIBLE: &[(&str, &str, &str)] = &[
    ("public_address", "\"http://photos.example\"", "must look like https://photos.example"),
    ("public_address", "\"https://photos.example:8443\"", "without a path or port"),
    ("public_address", "\"https://photos.example/gallery\"", "without a path or port"),
    ("public_address", "\"https://photos.example/?a\"", "must look like"),
    ("public_address", "\"https://ada@photos.example\"", "must look like"),
    ("public_address", "\"https://127.0.0.1\"", "must look like"),
    ("public_address", "\"https://[::1]\"", "must look like"),
    ("public_address", "\"https://localhost\"", "must look like"),
    ("public_address", "\"https://photos.example.\"", "must look like"),
    ("public_address", "\"photos.example\"", "must look like"),
    ("public_address", "4", "text in quotes"),
    ("handle_domain", "\"example.org\"", "needs public_address"),
    ("listen", "\"8080\"", "no address and port"),
    ("listen", "\"photos.example:80\"", "no address and port"),
    ("listen", "\"127.0.0.1:99999\"", "no address and port"),
    ("database", "\"mysql://root@localhost/x\"", "must begin with postgres://"),
    ("sqlite_synchronous", "\"off\"", "must be \"full\" or \"normal\""),
    ("trusted_proxies", "[\"anyone\"]", "no address range"),
    ("trusted_proxies", "[\"10.0.0.0/40\"]", "no address range"),
    ("trusted_proxies", "\"10.0.0.0/8\"", "list of texts"),
    ("trusted_proxies", "[10]", "list of texts"),
    ("registration", "\"maybe\"", "must be \"open\" or \"closed\""),
    ("registration", "true", "text in quotes"),
    ("max_photos", "0", "between 1 and 100"),
    ("max_photos", "101", "between 1 and 100"),
    ("max_photos", "\"4\"", "whole number"),
    ("max_photos", "4.5", "whole number"),
    ("max_photos", "-1", ""),
    ("max_photo_bytes", "99999", "between 100000 and 500000000"),
    ("max_photo_pixels", "999999", "between 1000000 and 1000000000"),
    ("max_photo_pixels", "1000000001", "between 1000000 and 1000000000"),
    ("max_caption", "99", "between 100 and 50000"),
    ("max_alt", "10001", "between 100 and 10000"),
    ("page_quality", "49", "between 50 and 95"),
    ("page_quality", "96", "between 50 and 95"),
    ("federated_quality", "49", "between 50 and 95"),
    ("federated_quality", "96", "between 50 and 95"),
    ("federated_quality", "\"high\"", "whole number"),
    ("photo_workers", "0", "between 1 and 64"),
    ("photo_memory", "1000", "between 67108864 and 68719476736"),
    ("photo_seconds", "0", "between 1 and 600"),
    ("photo_queue", "0", "between 1 and 10000"),
    ("deliveries", "0", "between 1 and 2000"),
    ("deliveries_per_host", "65", "between 1 and 64"),
    ("postgres_connections", "3", "between 4 and 500"),
    ("sqlite_mmap", "-1", "whole number"),
    ("allow_private_addresses", "[\"intranet\"]", "no address range"),
    ("resolve", "[\"photos.example\"]", "must look like photos.example:127.0.0.1:8443"),
    ("resolve", "[\"photos.example:localhost:8443\"]", "must look like"),
    ("s3_bucket", "\"photos\"", ""),
    ("s3_endpoint", "\"https://s3.example\"", ""),
    ("s3_path_style", "\"yes\"", "true or false"),
    ("media_store", "\"cloud\"", "must be \"local\" or \"s3\""),
    ("media_store", "\"s3\"", "s3_endpoint"),
    ("media_address", "\"media.photos.example\"", "must be an address"),
    ("media_address", "\"ftp://media.photos.example\"", "must be an address"),
    ("log_format", "\"xml\"", "must be \"json\" or \"text\""),
    ("log", "\"cyanotype=loud\"", ""),
];

#[test]
fn what_cannot_be_is_refused_with_the_name_of_the_setting_and_why() {
    let mut wrong = Vec::new();
    for (name, value, why) in IMPOSSIBLE {
        let said = match read(&format!("{name} = {value}\n"), &[]) {
            Err(error) => error.to_string(),
            Ok(_) => {
                wrong.push(format!("{name} = {value} is taken"));
                continue;
            }
        };
        // Of an S3 store that is half described, what is missing is named.
        let named = said.contains(&format!("`{name}` is impossible: ")) || (name.starts_with("s3_") && why.is_empty());
        if !named || !said.contains("is impossible: ") || !said.contains(why) {
            wrong.push(format!("{name} = {value} gets: {said}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_cannot_be_in_the_environment_is_refused_by_the_variables_name() {
    for (variable, value) in [
        ("CYANOTYPE_MAX_PHOTOS", "many"),
        ("CYANOTYPE_MAX_PHOTOS", "0"),
        ("CYANOTYPE_S3_PATH_STYLE", "perhaps"),
        ("CYANOTYPE_LISTEN", "here"),
    ] {
        let said = sentence("", &[(variable, value)]);
        let name = variable.trim_start_matches("CYANOTYPE_").to_lowercase();
        assert!(said.contains(&format!("`{name}` is impossible")), "{variable}={value}: {said}");
    }
}

#[test]
fn an_address_is_taken_as_people_write_it() {
    for written in
        ["https://photos.example", "https://photos.example/", "https://PHOTOS.example", " https://photos.example "]
    {
        let settings = read("", &[("CYANOTYPE_PUBLIC_ADDRESS", written)]).unwrap();
        let public = settings.public_address.unwrap();
        assert_eq!((public.origin.as_str(), public.host.as_str()), ("https://photos.example", "photos.example"));
        assert_eq!(public.handle_domain, "photos.example", "handles carry the host");
    }
}

#[test]
fn handles_can_carry_another_domain() {
    let text = "public_address = \"https://photos.example\"\nhandle_domain = \"example.org\"\n";
    assert_eq!(read(text, &[]).unwrap().public_address.unwrap().handle_domain, "example.org");
    let mut taken = Vec::new();
    for impossible in ["example", "https://example.org", "example.org:443", "example.org/x", "a b.example", "127.0.0.1"]
    {
        let text = format!("public_address = \"https://photos.example\"\nhandle_domain = \"{impossible}\"\n");
        match read(&text, &[]) {
            Ok(_) => taken.push(impossible),
            Err(error) => assert!(error.to_string().contains("`handle_domain` is impossible"), "{error}"),
        }
    }
    assert!(taken.is_empty(), "taken as domains: {taken:?}");
}

#[test]
fn every_setting_is_listed_with_a_sentence_and_a_default_of_its_kind() {
    let settings = read("", &[]).unwrap();
    assert_eq!(settings.printed.len(), KEYS.len());
    for key in KEYS {
        assert!(key.about.len() > 5, "{}", key.name);
        let kind = match key.default {
            "true" | "false" => Kind::Flag,
            text if text.starts_with('"') => Kind::Text,
            text if text.starts_with('[') => Kind::List,
            _ => Kind::Number,
        };
        assert_eq!(kind, key.kind, "{}", key.name);
    }
}

#[test]
fn secrets_are_printed_as_set_never_as_they_are() {
    let env = [("CYANOTYPE_DATABASE", "postgres://ada:hunter2@db.example/x")];
    let settings = read("", &env).unwrap();
    assert!(settings.printed.iter().all(|line| !line.value.contains("hunter2")));
    assert_eq!(source(&settings, "database").0, "(set)");
}
