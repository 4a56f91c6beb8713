/** Raises an alarm. It cannot be taken back from a flow: an officer takes and resets it. */
const { askedFrom, settle } = require('./asking.cjs');

module.exports = (RED) => {
  const { lifeline } = RED.settings;

  function Raise(config) {
    RED.nodes.createNode(this, config);
    this.on('input', (msg, send, done) => {
      const subject = String(msg.subject || config.subject || msg.topic || this.name || this.id);
      const asked = lifeline.raise(subject.slice(0, 100), askedFrom(this, config, msg));
      settle(this, RED, asked, msg, send, done);
    });
  }
  RED.nodes.registerType('lifeline-raise', Raise);
};
