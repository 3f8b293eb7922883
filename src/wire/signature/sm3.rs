//! The hash SM3 (GB/T 32905) and its HMAC: no crate of ours has it, and some clients sign with it.

const BLOCK: usize = 64;
const START: [u32; 8] =
    [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e];

pub(super) fn hash(message: &[u8]) -> [u8; 32] {
    let mut padded = message.to_vec();
    padded.push(0x80);
    padded.resize((padded.len() + 8).next_multiple_of(BLOCK) - 8, 0);
    padded.extend_from_slice(&(message.len() as u64 * 8).to_be_bytes());
    let state = padded.chunks_exact(BLOCK).fold(START, compress);
    let mut out = [0; 32];
    for (bytes, word) in out.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    out
}

pub(super) fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut padded = [0; BLOCK];
    match key.len() {
        0..=BLOCK => padded[..key.len()].copy_from_slice(key),
        _ => padded[..32].copy_from_slice(&hash(key)),
    }
    let inner = hash(&[&padded.map(|b| b ^ 0x36), message].concat());
    hash(&[padded.map(|b| b ^ 0x5c).as_slice(), &inner].concat())
}

fn compress(state: [u32; 8], block: &[u8]) -> [u32; 8] {
    let mut words = [0u32; 68];
    for (word, bytes) in words.iter_mut().zip(block.chunks_exact(4)) {
        *word = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    }
    for at in 16..68 {
        let mixed = words[at - 16] ^ words[at - 9] ^ words[at - 3].rotate_left(15);
        let spread = mixed ^ mixed.rotate_left(15) ^ mixed.rotate_left(23);
        words[at] = spread ^ words[at - 13].rotate_left(7) ^ words[at - 6];
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = state;
    for at in 0..64 {
        let early = at < 16;
        let constant: u32 = if early { 0x79cc4519 } else { 0x7a879d8a };
        let turned = constant.rotate_left(at as u32 % 32);
        let first = a.rotate_left(12).wrapping_add(e).wrapping_add(turned).rotate_left(7);
        let second = first ^ a.rotate_left(12);
        let of_abc = if early { a ^ b ^ c } else { (a & b) | (a & c) | (b & c) };
        let of_efg = if early { e ^ f ^ g } else { (e & f) | (!e & g) };
        let left = of_abc.wrapping_add(d).wrapping_add(second).wrapping_add(words[at] ^ words[at + 4]);
        let right = of_efg.wrapping_add(h).wrapping_add(first).wrapping_add(words[at]);
        (d, c, b, a) = (c, b.rotate_left(9), a, left);
        (h, g, f, e) = (g, f.rotate_left(19), e, right ^ right.rotate_left(9) ^ right.rotate_left(17));
    }
    let mixed = [a, b, c, d, e, f, g, h];
    std::array::from_fn(|at| state[at] ^ mixed[at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::encode::hex;

    #[test]
    fn known_hashes_come_out() {
        for (message, expected) in [
            (String::new(), "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"),
            ("abc".into(), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
            ("abcd".repeat(16), "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
            ("x".repeat(200), "94dba2257453b48f0c34c5236b0479099591e281ca0494eb293e1cfc1dddab82"),
        ] {
            assert_eq!(hex(&hash(message.as_bytes())), expected);
        }
        assert_eq!(hex(&hmac(b"key", b"msg")), "aaef27f7826f0b502a7e3d787a7ac6ee15a4ce44e2631200df14c54bc4f57fa7");
    }
}
