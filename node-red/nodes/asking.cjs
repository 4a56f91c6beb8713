/** What `raise event` and `notify` share: making the question from node and message, and showing the answer. */
const COLOURS = new Set(['blue', 'yellow', 'orange', 'red']);
const TEXT_MAX = 500;
const NAME_MAX = 100;

const text = (value) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
const cut = (value, max) => (value.length > max ? `${value.slice(0, max - 1)}…` : value);
const named = (value) => (value ? String(value) : null);

/** What the node's settings leave empty the message fills; text, colour and place of the message count first. */
exports.askedFrom = (node, config, msg) => {
  const point = typeof msg.point === 'object' && msg.point !== null ? msg.point : {};
  const facility = named(msg.facility || config.facility || point.facility);
  const colour = COLOURS.has(msg.colour) ? msg.colour : config.colour || 'blue';
  const label = node._flow?.flow?.label || node._flow?.path || node.z;
  return {
    flow: {
      id: cut(String(node.z), NAME_MAX),
      name: cut(String(label), NAME_MAX),
      node: cut(String(node.id), NAME_MAX),
      nodeName: cut(String(node.name || node.type), NAME_MAX),
    },
    facility,
    area: facility === null ? named(msg.area || config.area) : null,
    lifeline: facility === null ? named(msg.lifeline || config.lifeline) : null,
    colour,
    text: cut(text(msg.text ?? (config.text || msg.payload)), TEXT_MAX),
  };
};

/** The answer goes on as `msg.answer`; a refusal is an error that a catch node finds. */
exports.settle = (node, RED, asked, msg, send, done) => {
  asked.then(
    (answer) => {
      if (!answer.ok) {
        node.status({ fill: 'red', shape: 'ring', text: answer.code });
        done(Object.assign(new Error(`${answer.code}: ${answer.detail}`), { code: answer.code }));
        return;
      }
      node.status({ fill: 'green', shape: 'dot', text: new Date().toTimeString().slice(0, 8) });
      send({ ...msg, answer: answer.body });
      done();
    },
    (cause) => done(cause),
  );
};
