use brique_page::playground::{Config, Data, Loss, Module, Playground, Task, csv_columns, examples};

use super::{config, message};

fn table(text: &str, [x_1, x_2, target]: [&str; 3], task: Task) -> Config {
    let data = Data::Csv {
        text: text.to_owned(),
        x_1: x_1.to_owned(),
        x_2: x_2.to_owned(),
        target: target.to_owned(),
        task,
        standardize: false,
    };
    Config {
        data,
        test_fraction: 0.0,
        ..config()
    }
}

const FLOWERS: &str = "length,width,species\n1,2,\"a, b\"\n3,4,c\n5.5,6,c\n";

#[test]
fn columns_are_those_of_the_reader() {
    let columns = csv_columns(FLOWERS).unwrap();
    assert_eq!(columns.columns, ["length", "width", "species"]);
    assert_eq!(columns.numeric, [true, true, false]);
    assert_eq!(columns.examples, 3);
}

#[test]
fn columns_of_a_wrong_table_are_the_readers_message() {
    let message = |text: &str| csv_columns(text).unwrap_err().to_string();
    assert!(message("").contains("there is no example"), "{}", message(""));
    assert!(message("a,b\n").contains("there is no example"));
    assert!(message("a,b\n1,2\n3\n").starts_with("line 3 has 1 fields, expected 2"));
    assert!(message("a,b\n1,\n").starts_with("line 2, column 2"));
}

#[test]
fn text_becomes_classes_with_names() {
    let found = examples(&table(
        FLOWERS,
        ["length", "width", "species"],
        Task::Classification,
    ))
    .unwrap();
    assert_eq!(found.class_names.unwrap(), ["a, b", "c"]);
    assert_eq!(found.targets, [0.0, 1.0, 1.0]);
    assert_eq!(found.inputs.row(2).to_vec(), [5.5, 6.0]);
    assert_eq!(found.classes, Some(2));
}

#[test]
fn numbers_become_classes_in_their_order() {
    let text = "k,x,y\n10,1,2\n-1,3,4\n9.5,0,0\n10,1,1\n";
    let found = examples(&table(text, ["x", "y", "k"], Task::Classification)).unwrap();
    assert_eq!(found.class_names.unwrap(), ["-1", "9.5", "10"]);
    assert_eq!(found.targets, [2.0, 0.0, 1.0, 2.0]);
}

#[test]
fn one_class_alone_is_the_first_of_two() {
    let playground = Playground::new(table(
        "k,x,y\na,1,2\na,2,3\n",
        ["x", "y", "k"],
        Task::Classification,
    ));
    assert_eq!(playground.unwrap().examples().classes, Some(2));
}

#[test]
fn standardised_columns_have_mean_0_and_deviation_1() {
    let config = table(
        "x,y,z\n0,10,1\n2,30,3\n4,50,8\n",
        ["x", "y", "z"],
        Task::Regression,
    );
    let Data::Csv {
        text,
        x_1,
        x_2,
        target,
        task,
        ..
    } = config.data.clone()
    else {
        unreachable!("a table")
    };
    let data = Data::Csv {
        text,
        x_1,
        x_2,
        target,
        task,
        standardize: true,
    };
    let found = examples(&Config { data, ..config }).unwrap();
    assert_eq!(found.inputs.column(0).to_vec(), [-1.224_745, 0.0, 1.224_745]);
    assert_eq!(found.inputs.column(1).to_vec(), [-1.224_745, 0.0, 1.224_745]);
    assert!(found.targets.iter().sum::<f64>().abs() < 1e-5);
}

#[test]
fn mistakes_in_a_table_are_the_readers_messages() {
    let columns = ["length", "width", "species"];
    for (text, columns, task, expected) in [
        (
            FLOWERS,
            columns,
            Task::Regression,
            "line 2, column 3 (\"species\") is \"a, b\", expected a finite number",
        ),
        (
            FLOWERS,
            ["length", "depth", "species"],
            Task::Classification,
            "there is no column named \"depth\"",
        ),
        (
            FLOWERS,
            ["length", "length", "species"],
            Task::Classification,
            "column 1 (\"length\") is",
        ),
        (
            "length,width,species\n1,x,c\n",
            columns,
            Task::Classification,
            "line 2, column 2 (\"width\") is \"x\"",
        ),
        (
            "length,width,species\n1,2\n",
            columns,
            Task::Classification,
            "line 2 has 2 fields, expected 3",
        ),
        (
            "length,width,species\n",
            columns,
            Task::Regression,
            "there is no example",
        ),
    ] {
        let message = message(&table(text, columns, task));
        assert!(message.starts_with(expected), "{message}");
    }
    let rows: Vec<String> = (0..11).map(|row| format!("1,2,k{row}")).collect();
    let message = message(&table(
        &format!("a,b,c\n{}", rows.join("\n")),
        ["a", "b", "c"],
        Task::Classification,
    ));
    assert!(
        message.starts_with("the number of classes is 11, expected at most 10"),
        "{message}"
    );
}

#[test]
fn a_table_is_trained() {
    let config = table("x,y,z\n0,1,1\n2,3,3\n4,5,8\n", ["x", "y", "z"], Task::Regression);
    let network = vec![Module::Linear { out: 1 }];
    super::learns(&Config {
        loss: Loss::MSELoss {},
        network,
        ..config
    });
}

#[test]
fn semicolons_and_tabs_separate_too() {
    let columns = ["length", "width", "species"];
    let commas = examples(&table(
        "length,width,species\n1,2,a\n3,4,b\n",
        columns,
        Task::Classification,
    ))
    .unwrap();
    for separator in [";", "\t"] {
        let text = "length,width,species\n1,2,a\n3,4,b\n".replace(',', separator);
        assert_eq!(csv_columns(&text).unwrap().columns, columns);
        let found = examples(&table(&text, columns, Task::Classification)).unwrap();
        assert_eq!(found.inputs, commas.inputs);
        assert_eq!(found.targets, commas.targets);
    }
}
