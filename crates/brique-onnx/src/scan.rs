//! Counts the messages of a file before they are read: an empty message takes two bytes in a file, and more than a
//! hundred in memory.

use crate::Error;

/// A file may have this many messages and texts, and one more for each of this many bytes.
const MESSAGES: usize = 4096;
const BYTES_A_MESSAGE: usize = 8;

/// Checks that a file does not consist of small messages.
pub(crate) fn check(bytes: &[u8]) -> Result<(), Error> {
    let most = MESSAGES + bytes.len() / BYTES_A_MESSAGE;
    let mut found = 0;
    count(bytes, MODEL, most, &mut found);
    if found <= most {
        return Ok(());
    }
    Err(Error::format(
        "the number of messages in the file",
        "too large",
        format_args!("at most {most}"),
    ))
}

/// The fields of a message that are messages or texts themselves, by their number, with the fields of each.
type Fields = &'static [(u64, &'static Inner)];

struct Inner(Fields);

const TEXT: &Inner = &Inner(&[]);
const ENTRY: &Inner = &Inner(&[]);
const TENSOR: &Inner = &Inner(&[(13, ENTRY)]);
const ATTRIBUTE: &Inner = &Inner(&[(5, TENSOR)]);
const NODE: &Inner = &Inner(&[(1, TEXT), (2, TEXT), (5, ATTRIBUTE)]);
const DIMENSION: &Inner = &Inner(&[]);
const SHAPE: &Inner = &Inner(&[(1, DIMENSION)]);
const TENSOR_TYPE: &Inner = &Inner(&[(2, SHAPE)]);
const TYPE: &Inner = &Inner(&[(1, TENSOR_TYPE)]);
const INFO: &Inner = &Inner(&[(2, TYPE)]);
const GRAPH: &Inner = &Inner(&[(1, NODE), (5, TENSOR), (11, INFO), (12, INFO)]);
const OPERATORS: &Inner = &Inner(&[]);
const MODEL: Fields = &[(7, GRAPH), (8, OPERATORS), (14, ENTRY)];

/// Adds the number of messages inside a message. What is damaged ends the count: the decoder will say so.
fn count(mut bytes: &[u8], fields: Fields, most: usize, found: &mut usize) {
    while let Some(key) = varint(&mut bytes) {
        let length = match key & 7 {
            0 => {
                if varint(&mut bytes).is_none() {
                    return;
                }
                0
            }
            1 => 8,
            2 => match varint(&mut bytes).and_then(|length| usize::try_from(length).ok()) {
                Some(length) => length,
                None => return,
            },
            5 => 4,
            _ => return,
        };
        let Some((content, rest)) = bytes.split_at_checked(length) else {
            return;
        };
        bytes = rest;
        let known = fields.iter().find(|(number, _)| key == number << 3 | 2);
        if let Some((_, Inner(inner))) = known {
            *found += 1;
            if *found > most {
                return;
            }
            count(content, inner, most, found);
        }
    }
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first < 0x80 {
            return Some(value);
        }
    }
    None
}
