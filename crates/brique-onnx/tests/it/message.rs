//! Protocol buffers, field by field: files that no exporter would write.

/// The fields of a message with their numbers, in order.
pub type Message = Vec<(u64, Field)>;

#[derive(Debug, Clone, PartialEq)]
pub enum Field {
    Number(u64),
    Fixed(Vec<u8>),
    Bytes(Vec<u8>),
    Message(Message),
}

impl From<u64> for Field {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Field {
    fn from(text: &str) -> Self {
        Self::Bytes(text.as_bytes().to_vec())
    }
}

impl From<Vec<u8>> for Field {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<Message> for Field {
    fn from(message: Message) -> Self {
        Self::Message(message)
    }
}

/// Writes a message.
pub fn encode(message: &Message) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (number, field) in message {
        let (kind, content) = match field {
            Field::Number(value) => {
                varint(&mut bytes, number << 3);
                varint(&mut bytes, *value);
                continue;
            }
            Field::Fixed(content) => {
                varint(&mut bytes, number << 3 | if content.len() == 4 { 5 } else { 1 });
                bytes.extend(content);
                continue;
            }
            Field::Bytes(content) => (2, content.clone()),
            Field::Message(inner) => (2, encode(inner)),
        };
        varint(&mut bytes, number << 3 | kind);
        varint(&mut bytes, content.len() as u64);
        bytes.extend(content);
    }
    bytes
}

fn varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// Reads a message. A field whose number is in `inner`, with those of its own, is one too.
pub fn decode(mut bytes: &[u8], inner: &[(u64, Inner)]) -> Message {
    let mut message = Vec::new();
    while !bytes.is_empty() {
        let key = read_varint(&mut bytes);
        let number = key >> 3;
        let mut take = |length: usize| {
            let (content, rest) = bytes.split_at(length);
            bytes = rest;
            content
        };
        let field = match key & 7 {
            0 => Field::Number(read_varint(&mut bytes)),
            1 => Field::Fixed(take(8).to_vec()),
            5 => Field::Fixed(take(4).to_vec()),
            _ => {
                let length = read_varint(&mut bytes) as usize;
                let (content, rest) = bytes.split_at(length);
                bytes = rest;
                match inner.iter().find(|(known, _)| *known == number) {
                    Some((_, Inner(inner))) => Field::Message(decode(content, inner)),
                    None => Field::Bytes(content.to_vec()),
                }
            }
        };
        message.push((number, field));
    }
    message
}

pub struct Inner(pub &'static [(u64, Inner)]);

/// The messages of a model.
pub const MODEL: &[(u64, Inner)] = &[
    (
        7,
        Inner(&[
            (1, Inner(&[(5, Inner(&[(5, Inner(&[]))]))])),
            (5, Inner(&[])),
            (11, Inner(INFO)),
            (12, Inner(INFO)),
        ]),
    ),
    (8, Inner(&[])),
    (14, Inner(&[])),
];

const INFO: &[(u64, Inner)] = &[(2, Inner(&[(1, Inner(&[(2, Inner(&[(1, Inner(&[]))]))]))]))];

fn read_varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let (first, rest) = bytes.split_first().unwrap();
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if *first < 0x80 {
            break;
        }
    }
    value
}

/// A graph of f32 with the input `x` and the output `y`.
#[derive(Debug, Clone)]
pub struct Model {
    pub nodes: Vec<Message>,
    pub constants: Vec<Message>,
    pub inputs: Vec<Message>,
    pub outputs: Vec<Message>,
    pub opset: u64,
}

impl Model {
    /// Creates a graph whose input has examples of these sizes.
    pub fn new(sizes: &[u64]) -> Self {
        Self {
            nodes: Vec::new(),
            constants: Vec::new(),
            inputs: vec![info("x", 1, sizes)],
            outputs: vec![info("y", 1, &[])],
            opset: 21,
        }
    }

    /// Adds a node that is called after its operator.
    pub fn node(mut self, operator: &str, inputs: &[&str], output: &str, attributes: &[Message]) -> Self {
        let mut node: Message = inputs.iter().map(|&input| (1, input.into())).collect();
        node.push((2, output.into()));
        node.push((3, format!("the {operator}").as_str().into()));
        node.push((4, operator.into()));
        node.extend(attributes.iter().map(|attribute| (5, attribute.clone().into())));
        self.nodes.push(node);
        self
    }

    pub fn constant(mut self, name: &str, sizes: &[u64], numbers: &[f32]) -> Self {
        self.constants.push(tensor(name, sizes, numbers));
        self
    }

    pub fn integers(mut self, name: &str, numbers: &[i64]) -> Self {
        let data = numbers
            .iter()
            .flat_map(|number| number.to_le_bytes())
            .collect::<Vec<u8>>();
        let size = numbers.len() as u64;
        self.constants.push(vec![
            (1, size.into()),
            (2, 7.into()),
            (8, name.into()),
            (9, data.into()),
        ]);
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut graph: Message = Vec::new();
        let lists = [
            (1, &self.nodes),
            (5, &self.constants),
            (11, &self.inputs),
            (12, &self.outputs),
        ];
        for (number, list) in lists {
            graph.extend(list.iter().map(|message| (number, message.clone().into())));
        }
        let opset: Message = vec![(2, self.opset.into())];
        encode(&vec![(1, 10.into()), (7, graph.into()), (8, opset.into())])
    }
}

/// Describes a value with a free number of rows.
pub fn info(name: &str, element: u64, sizes: &[u64]) -> Message {
    let batch: Message = vec![(1, vec![(2, "batch".into())].into())];
    let sizes = sizes.iter().map(|&size| (1, vec![(1, size.into())].into()));
    let shape: Message = batch.into_iter().chain(sizes).collect();
    let tensor: Message = vec![(1, element.into()), (2, shape.into())];
    vec![(1, name.into()), (2, vec![(1, tensor.into())].into())]
}

pub fn tensor(name: &str, sizes: &[u64], numbers: &[f32]) -> Message {
    let data = numbers
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect::<Vec<u8>>();
    let sizes = sizes.iter().map(|&size| (1, size.into()));
    sizes
        .chain([(2, 1.into()), (8, name.into()), (9, data.into())])
        .collect()
}

pub fn integer(name: &str, value: i64) -> Message {
    vec![
        (1, name.into()),
        (3, value.cast_unsigned().into()),
        (20, 2.into()),
    ]
}

pub fn integers(name: &str, values: &[i64]) -> Message {
    let values = values.iter().map(|value| (8, value.cast_unsigned().into()));
    [(1, name.into())]
        .into_iter()
        .chain(values)
        .chain([(20, 7.into())])
        .collect()
}

pub fn float(name: &str, value: f32) -> Message {
    vec![
        (1, name.into()),
        (2, Field::Fixed(value.to_le_bytes().to_vec())),
        (20, 1.into()),
    ]
}
