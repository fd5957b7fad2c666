//! What a post may be filed under: one of a few words, which Vernissage knows too.

/// Every category there is to choose from.
pub const ALL: [&str; 26] = [
    "Abstract",
    "Aerial",
    "Animals",
    "Architecture",
    "Black and White",
    "City",
    "Concert",
    "Family",
    "Fashion",
    "Film",
    "Fine Art",
    "Food",
    "Journalism",
    "Landscapes",
    "Macro",
    "Nature",
    "Night",
    "People",
    "Performing Arts",
    "Sport",
    "Still Life",
    "Street",
    "Transportation",
    "Travel",
    "Underwater",
    "Urban Exploration",
];

/// The category of that name; nothing for anything else.
pub fn chosen(name: &str) -> &'static str {
    ALL.into_iter().find(|known| *known == name).unwrap_or_default()
}

/// The hashtag that a category's page is found under.
pub fn hashtag(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).collect()
}
