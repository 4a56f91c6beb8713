/** Has people told something that needs no answer. */
const { askedFrom, settle } = require('./asking.cjs');

module.exports = (RED) => {
  const { lifeline } = RED.settings;

  function Notify(config) {
    RED.nodes.createNode(this, config);
    this.on('input', (msg, send, done) => {
      settle(this, RED, lifeline.notice(askedFrom(this, config, msg)), msg, send, done);
    });
  }
  RED.nodes.registerType('lifeline-notify', Notify);
};
