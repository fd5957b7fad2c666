//! A signature made with another program, and the key it was made with. For tests only.

/// PKCS#8 DER in base64.
pub const PRIVATE_PKCS8: &str = concat!(
    "MIIEvwIBADANBgkqhkiG9w0BAQEFAASCBKkwggSlAgEAAoIBAQDVxEh5kLydm1xux+K7vMBD7S/zE6ttXP1NrV3BcV6ooylR",
    "jN4DMSQE38zyGSC2tLk59ZOhxW3QO0iw3YS3cnnpK3AJeIovK4gJQZ70y36as7Nm2ucpbuNVNIyEv19ocI3gFma72q+cJbM1",
    "rdT5KY5jhV7voKtqwZ3QU/XYl5wgY4eq/YVXB3MF8LswYM22aiHbHHx8OtL3HmX3elzvFb9+a1ePWDmByazSaBPdv3/Quaus",
    "MU+tssKVyYpcBzJ2iQ2TKP4khsrYzcDj26bAgssDLcvp+z8wbuCPo4R1QU/oQvZJbwu6nZMryQ/M8OUo6L1pXMS5sVBmYIe+",
    "iYScusYDAgMBAAECggEAIfiqh98vimB5RQWxC6LIb0MPXrLeiGfBvYlyn95Ta7taQqJ/WcSCc9/ZIxRJNZ/s28AiMRA+DlyN",
    "hcX+ZGTl6N9FU8v7MdnaKZZrG34HZbBvL0ZUfCoqKI1MU4BSOjfA5D7LHsl3JPp8y2gPs3UeMsSsPKqs8y9H1CazqDMX1bGR",
    "B1el6h1NkWOKfqbRdDHaM5ZpiVYsLxoln9ue85EGdTzzd2KHsm24JCmObmpvQpZskZxggSgAhV28hkgPkIG3VC7mAnp0Mj2h",
    "plxGY/nFdcA/kKcQ2/HS8Yiztz6BlzxSTLB+rxCKPvkEL724Rp+sfprbnc4iviMSSuiFqcF1aQKBgQD508ObkgXDgkObOtTM",
    "TN3AFOxVb7TwJKRZ7ogW4+bz1J3Uv46VqXYIQNWqGtK9nZo8NTxV3XQ6thKF6fRC+f4giOBQW0uq7U9ps0VuGcCVHfH9GydY",
    "WTcPKHFPOkRxVvDaMpOh5xfRZWro8rPzGNAiewx68XiJtMtYOmRiWkN3JwKBgQDbDGzWItKlvTcYSRYeGMVsFkEiXD4sbqyQ",
    "xDcA+C7eYwCk/n1Xhn1qK2zXJI9DtfgztcKPPxAO25qOdiPNFdD1TS9VCxG3KvBFcXrL1HLhYHXCclevzlPwrz+losJAFSUj",
    "zp8opq7lZzZgpVgntmFuwQEPyCEqe0QDGcrQJ+RjxQKBgQDNihNyB/Zj/uVebk2rdEYxBUXXmNs1hAAP2Xbv1jsqOrBL2/oU",
    "WeK5MZZYqE7gIC1IAciNIHDC6Q9eS7hh7knNPK/IjQQ5MZtXbF3gEqHmTUfNpKx/PI9XEj//HgI3eX8ZFelul7F53sXRt/Sj",
    "ObPr2m7PK6GvMibmhMwYOwksmwKBgQDAyZ7AmMVsuavT4/9jXcnj53JMG4Nc98tJXmhKoiQd9mSK0rDeZ6/Z0X5pm/O7VFyu",
    "pjomeQpZCU5uM+wuhBT00Inn/2YIH/J4K/g3jTPOyGbcTGaAhMe7/YG29hig7ftSGHhb/tfPb5ecV+nOieYW5CdbDHikOvkR",
    "AZJOwc1xQQKBgQCEqiyiYVOD21Es+AtlWYZMtIgH7Tf2GdKF63InQkyJaqEgabj04g5wjLBJ8rQDhUcDaW/c8jGVYXMlJPRr",
    "tjG03ZAqjyQCWrl30sS8GS61h8ho1NgEGknzel4zFXhvNChFazTOj6wIwBKnmh44u0pvEM8WV+u9RTZtRyyn5dIL3A==",
);

/// SPKI DER in base64.
pub const PUBLIC_SPKI: &str = concat!(
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA1cRIeZC8nZtcbsfiu7zAQ+0v8xOrbVz9Ta1dwXFeqKMpUYzeAzEk",
    "BN/M8hkgtrS5OfWTocVt0DtIsN2Et3J56StwCXiKLyuICUGe9Mt+mrOzZtrnKW7jVTSMhL9faHCN4BZmu9qvnCWzNa3U+SmO",
    "Y4Ve76CrasGd0FP12JecIGOHqv2FVwdzBfC7MGDNtmoh2xx8fDrS9x5l93pc7xW/fmtXj1g5gcms0mgT3b9/0LmrrDFPrbLC",
    "lcmKXAcydokNkyj+JIbK2M3A49umwILLAy3L6fs/MG7gj6OEdUFP6EL2SW8Lup2TK8kPzPDlKOi9aVzEubFQZmCHvomEnLrG",
    "AwIDAQAB",
);

/// What was sent.
pub const BODY: &str = r#"{"@context":"https://www.w3.org/ns/activitystreams","id":"https://photos.example/a/1","type":"Follow","actor":"https://photos.example/ap/ada","object":"https://mastodon.example/users/bob"}"#;

/// SHA-256 of it in base64.
pub const DIGEST: &str = "jd331XsOUQ/5AhAluOeaKO2kajdaMaml2TTCZZPhLAI=";

/// The signature, in base64.
pub const SIGNATURE: &str = concat!(
    "YTV1rpj6EF54yqD1GhZRjIE6HFE39L2wbUv8kO0gslJWLmFrgPST6op+K1SHPO1Rd5Spo1e5ZR7NzNmvHxK5AhtujvuZZLAl",
    "XdtZ5iD8xKVKaLK3iEkkN3j2NYPUEZx/xFBxDixUg8B1daByLXmCNy+9pA1nu1TL3SrtKpE4TPR4VGP6PTP3y2JPUQDOIIhr",
    "ce8iFi6RBUPDmqmTm/szvnid4O5PkZODQBG3pmyJ1taxAcVmD2L9WMANQTsDyfcz87DGbUdBdAXQeaDYf7c5IgLf7goSv7Ij",
    "a+6MIGJUWCGssNO08e3PmxZ3A7hXKwl1Uy3BPyPRitdvSuIwGGm6MQ==",
);

/// The signature of the same request by RFC 9421, in base64.
pub const SIGNATURE_9421: &str = concat!(
    "UrMc4dIPaEhFWtjCT3xEm1Hm56H134XoT78pTNBkhNjiNxAoDnEwaJPjRxtjygfX11A/ITxW62xv0rKniwJttohBX6XQ1Vrg",
    "t0MfFi5At1y8H78AZ/tzZAe0vrUYf0baK8vIk2DQ1T3gYqT81oxUypmTlW8jmvrP9khMZwgaUVxON0xqLuQn3uXQVLj/hSU7",
    "3jemFcRvSYXv43P5r5Xk0xCbs6PyR5v/QbzH0vzJ9C3gtL9j+EHA5OCvKxn4Eh02q7MrBbYbaWRMvEmiMohn0dSvpkpJXhGN",
    "or7NWX6NkaY7Px93OBMdrFH57oBrWmewV8CwQhawdEmw/4mrVG56lA==",
);
