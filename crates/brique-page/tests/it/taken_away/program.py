"""Trains the network of a playground in PyTorch: the same data, split, network, loss, optimiser and schedule.

PyTorch draws other random numbers, so the result is similar, not the same. If brique.safetensors lies beside
this file, the training begins with its parameters: those that the playground showed when the file was saved.
"""

import math
import pathlib

import torch
from torch import nn

torch.set_default_dtype(torch.float64)
torch.manual_seed(3)

TRAIN = """
1.624998 -0.350354 1
-0.239193 0.952748 0
0.146474 1.077843 0
-1.026508 0.301027 0
0.520176 0.734081 0
0.588536 -0.604785 1
1.256578 -0.35177 1
-0.74274 0.814087 0
1.896135 -0.235523 1
0.00217 0.032883 1
0.379788 -0.301981 1
-0.750033 0.568471 0
-0.589622 0.69854 0
-0.985441 0.434825 0
1.387391 -0.45128 1
0.638216 0.904801 0
0.930315 0.096801 0
0.69872 0.411347 0
0.29905 -0.273353 1
0.94099 0.465567 0
0.887229 0.65965 0
1.736849 -0.072306 1
-0.852752 0.42209 0
1.000958 -0.633403 1
1.569266 -0.134717 1
1.910962 0.482497 1
0.435645 -0.205514 1
0.166656 -0.183753 1
-0.165316 0.891922 0
-1.040233 0.151298 0
0.852875 -0.527676 1
0.034854 0.456533 1
0.874229 -0.514578 1
0.151478 0.108985 1
-0.029183 1.000878 0
0.992362 -0.521163 1
0.138106 0.317737 1
-0.304568 0.923022 0
-0.092129 0.899616 0
1.821121 0.154013 1
-1.020182 0.352011 0
0.151772 0.152853 1
1.993946 0.376663 1
1.032558 0.145587 0
0.473606 -0.409817 1
"""

TEST = """
-0.747072 0.823419 0
1.267877 -0.383814 1
0.974528 0.208813 0
0.55347 0.747165 0
-0.399133 0.819919 0
0.722976 0.697056 0
-0.987365 0.006947 0
0.467884 0.951768 0
1.300966 -0.44561 1
0.733493 0.554121 0
1.737885 0.177532 1
0.197632 1.022183 0
0.030938 0.29292 1
1.955665 0.074394 1
2.010443 0.1784 1
"""


def dataset(text):
    """Reads rows of two coordinates and a target."""
    rows = torch.tensor([float(number) for number in text.split()]).reshape(-1, 3)
    x, y = rows[:, :2], rows[:, 2]
    return x, y.long()


class Residual(nn.Module):
    """x + f(x)"""

    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, x):
        return x + self.module(x)


x_train, y_train = dataset(TRAIN)
x_test, y_test = dataset(TEST)

model = nn.Sequential(
    nn.Linear(2, 8),
    nn.ReLU(),
    Residual(nn.Sequential(nn.Linear(8, 8), nn.Tanh(), nn.Dropout(0.1))),
    nn.LayerNorm(8),
    nn.Linear(8, 2),
)

for module in model.modules():
    if isinstance(module, (nn.Linear, nn.Conv2d)):
        nn.init.kaiming_uniform_(module.weight, nonlinearity="relu")
        nn.init.zeros_(module.bias)

weights = pathlib.Path(__file__).with_name("brique.safetensors")
if weights.exists():
    from safetensors.torch import load_file

    model.load_state_dict(load_file(weights))
print(model)

EPOCHS, BATCH = 10, 16
TOTAL = EPOCHS * math.ceil(len(x_train) / BATCH)
loss = nn.CrossEntropyLoss(label_smoothing=0.05)
optimizer = torch.optim.AdamW(model.parameters(), lr=0.02, betas=(0.9, 0.99), weight_decay=0.02)


def factor(step):
    """The factor of the learning rate at a step."""
    if step < 5:
        return (step + 1) / 5
    return 0.1 + (1 - 0.1) * (1 + math.cos(math.pi * (step - 5) / max(1, TOTAL - 5))) / 2


schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
for epoch in range(EPOCHS):
    model.train()
    for batch in torch.randperm(len(x_train)).split(BATCH):
        optimizer.zero_grad()
        value = loss(model(x_train[batch]), y_train[batch])
        value.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()

model.eval()
with torch.no_grad():
    for name, x, y in [("training", x_train, y_train), ("test", x_test, y_test)]:
        if len(x) > 0:
            prediction = model(x)
            measure = (prediction.argmax(1) == y).double().mean()
            print(f"{name} set: loss {loss(prediction, y):.6f}, accuracy {measure:.4f}")
