//! Huffman tables fitted to a picture, from how often its symbols occur.
//!
//! Counting every symbol means to transform the picture twice or to keep it: of a large one some rows tell
//! nearly as much.

/// How often each symbol occurs.
pub(super) type Counts = [u32; 256];

/// A Huffman table as a DHT segment lists it.
pub(super) struct Listed {
    /// Codes of each length from 1 on.
    pub counts: [u8; 16],
    /// The symbols, shorter codes first.
    pub symbols: Vec<u8>,
}

/// The symbols for first coefficients: sizes.
pub(super) fn dc_symbols() -> impl Iterator<Item = u8> {
    0..=11
}

/// The symbols for the others: runs and sizes, the end of the block, sixteen zeros.
pub(super) fn ac_symbols() -> impl Iterator<Item = u8> {
    let pairs = (0..16u8).flat_map(|run| (1..=10).map(move |size| run << 4 | size));
    pairs.chain([0x00, 0xF0])
}

impl Listed {
    /// A code for each of the symbols, those included that were not seen.
    pub(super) fn new(seen: &Counts, symbols: impl Iterator<Item = u8>) -> Self {
        // One that was seen counts far more than one that may come.
        let mut leaves: Vec<(u32, u8)> = symbols.map(|symbol| (seen[usize::from(symbol)] * 64 + 1, symbol)).collect();
        if leaves.is_empty() {
            return Self { counts: [0; 16], symbols: Vec::new() };
        }
        leaves.sort_unstable();
        let mut lengths = [0u32; 256];
        // One leaf more takes the code of ones only, which must stay free (T.81, C.2).
        let weights: Vec<u32> = std::iter::once(1).chain(leaves.iter().map(|leaf| leaf.0)).collect();
        for depth in depths(&weights) {
            lengths[depth as usize & 255] += 1;
        }
        shorten(&mut lengths);
        let longest = (1..=16).rev().find(|&length| lengths[length] > 0).unwrap_or(1);
        lengths[longest] -= 1;
        let counts = std::array::from_fn(|length| lengths[length + 1] as u8);
        Self { counts, symbols: leaves.into_iter().rev().map(|(_, symbol)| symbol).collect() }
    }
}

/// How deep each leaf of a Huffman tree stands. The weights rise.
fn depths(weights: &[u32]) -> Vec<u32> {
    let leaves = weights.len();
    let mut sums: Vec<u32> = weights.to_vec();
    let mut parents = vec![0; 2 * leaves - 1];
    // Sums of two rise as well, so the least stands at the head of the leaves or of the sums.
    let (mut leaf, mut node) = (0, leaves);
    while sums.len() < 2 * leaves - 1 {
        let parent = sums.len();
        let mut take = || {
            let from_leaves = leaf < leaves && (node >= parent || sums[leaf] <= sums[node]);
            let taken = if from_leaves { &mut leaf } else { &mut node };
            *taken += 1;
            parents[*taken - 1] = parent;
            sums[*taken - 1]
        };
        let sum = take().saturating_add(take());
        sums.push(sum);
    }
    let mut depths = vec![0; 2 * leaves - 1];
    for at in (0..2 * leaves - 2).rev() {
        depths[at] = depths[parents[at]] + 1;
    }
    depths.truncate(leaves);
    depths
}

/// Brings codes longer than 16 bits down to them (T.81, figure K.3): two siblings too deep give way to
/// their parent, and another code grows by a bit to make room for one.
fn shorten(lengths: &mut [u32; 256]) {
    for length in (17..256).rev() {
        while lengths[length] > 0 {
            let Some(room) = (1..length - 1).rev().find(|&shorter| lengths[shorter] > 0) else { return };
            lengths[length] -= 2;
            lengths[length - 1] += 1;
            lengths[room + 1] += 2;
            lengths[room] -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sum of 2⁻ˡᵉⁿᵍᵗʰ in parts of 2⁻¹⁶.
    fn share(listed: &Listed) -> u32 {
        (1..).zip(listed.counts).map(|(length, count)| u32::from(count) << (16 - length)).sum()
    }

    #[test]
    fn every_symbol_has_a_code_and_the_one_of_ones_is_free() {
        let mut steep = [0; 256];
        for (number, symbol) in ac_symbols().enumerate() {
            steep[usize::from(symbol)] = 1u32 << (number % 24);
        }
        for counts in [[0; 256], steep, std::array::from_fn(|i| i as u32)] {
            for listed in [Listed::new(&counts, ac_symbols()), Listed::new(&counts, dc_symbols())] {
                let codes: usize = listed.counts.iter().map(|&count| usize::from(count)).sum();
                assert_eq!(codes, listed.symbols.len());
                assert!(share(&listed) < 1 << 16, "{:?}", listed.counts);
            }
        }
    }

    #[test]
    fn what_occurs_more_is_shorter() {
        let counts = std::array::from_fn(|i| if i == 3 { 1000 } else { 10 });
        let listed = Listed::new(&counts, dc_symbols());
        assert_eq!((listed.counts[0], listed.symbols[0]), (1, 3));
    }
}
