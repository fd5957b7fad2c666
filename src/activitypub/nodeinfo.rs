//! NodeInfo: what kind of server this is (NodeInfo 2.0 and 2.1; FEP-f1d5, FEP-0151).

use serde_json::{Value, json};

/// `rel` of the 2.0 document, and the beginning of every other's.
pub const REL_2: &str = "http://nodeinfo.diaspora.software/ns/schema/2.";

/// Version of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// 2.0, which some peers ask for alone.
    V2_0,
    /// 2.1, which adds where the program comes from.
    V2_1,
}

impl Version {
    /// `2.0` or `2.1`.
    pub fn as_str(self) -> &'static str {
        match self {
            Version::V2_0 => "2.0",
            Version::V2_1 => "2.1",
        }
    }

    /// The `Content-Type` of the answer.
    pub fn content_type(self) -> String {
        format!("application/json; profile=\"{REL_2}{}#\"; charset=utf-8", &self.as_str()[2..])
    }
}

/// Numbers about the people here; an administrator may keep them to herself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Accounts.
    pub users: i64,
    /// Accounts seen in the last 30 days.
    pub active_month: i64,
    /// Accounts seen in the last 180 days.
    pub active_halfyear: i64,
    /// Posts written here.
    pub posts: i64,
    /// Answers written here.
    pub comments: i64,
}

/// What the server says of itself.
#[derive(Debug, Clone, Default)]
pub struct NodeInfo {
    /// Program, lower-case letters, digits and hyphens only.
    pub software: String,
    /// Its version.
    pub version: String,
    /// Where its source is (2.1).
    pub repository: Option<String>,
    /// Its own page (2.1).
    pub homepage: Option<String>,
    /// Anybody may register.
    pub open_registrations: bool,
    /// `None` to say no numbers.
    pub usage: Option<Usage>,
    /// Name of this server.
    pub name: String,
    /// A sentence about it.
    pub description: String,
}

/// `/.well-known/nodeinfo`. `origin` is `https://photos.example`; `instance_actor` the id of the
/// actor that signs our requests (FEP-2677).
pub fn discovery(origin: &str, instance_actor: &str) -> Value {
    json!({"links": [
        {"rel": format!("{REL_2}0"), "href": format!("{origin}/nodeinfo/2.0")},
        {"rel": format!("{REL_2}1"), "href": format!("{origin}/nodeinfo/2.1")},
        {"rel": "https://www.w3.org/ns/activitystreams#Application", "href": instance_actor},
    ]})
}

/// The document. Every member the schema requires is there, also when numbers are kept back.
pub fn document(info: &NodeInfo, version: Version) -> Value {
    let mut software = json!({"name": info.software, "version": info.version});
    if version == Version::V2_1 {
        for (name, address) in [("repository", &info.repository), ("homepage", &info.homepage)] {
            if let Some(address) = address {
                software[name] = json!(address);
            }
        }
    }
    let usage = match info.usage {
        None => json!({"users": {}}),
        Some(usage) => json!({
            "users": {
                "total": usage.users,
                "activeMonth": usage.active_month,
                "activeHalfyear": usage.active_halfyear,
            },
            "localPosts": usage.posts,
            "localComments": usage.comments,
        }),
    };
    json!({
        "version": version.as_str(),
        "software": software,
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": info.open_registrations,
        "usage": usage,
        "metadata": {"nodeName": info.name, "nodeDescription": info.description},
    })
}

/// The address of the best document a peer's discovery lists, when it is on the peer's own `host`.
pub fn read_discovery(value: &Value, host: &str) -> Option<crate::activitypub::RemoteId> {
    let links = value.get("links")?.as_array()?;
    let mut found: Vec<(&str, crate::activitypub::RemoteId)> = links
        .iter()
        .take(16)
        .filter_map(|link| {
            let version = link.get("rel")?.as_str()?.strip_prefix(REL_2)?;
            let href = crate::activitypub::RemoteId::parse(link.get("href")?.as_str()?).ok()?;
            (href.host() == host).then_some((version, href))
        })
        .collect();
    found.sort_by(|a, b| b.0.cmp(a.0));
    found.into_iter().next().map(|(_, href)| href)
}

/// The program a peer says it is. For statistics and for the one peer that wants another form of
/// account deletion; nothing else may depend on it.
pub fn read_software(value: &Value) -> Option<String> {
    let name = value.get("software")?.get("name")?.as_str()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    ((1..=64).contains(&name.len()) && name.bytes().all(plain)).then(|| name.to_ascii_lowercase())
}
