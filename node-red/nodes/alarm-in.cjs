/** Alarm events of the city as they are announced, one message each. */
module.exports = (RED) => {
  const { lifeline } = RED.settings;
  const RANK = ['blue', 'yellow', 'orange', 'red'];

  function AlarmIn(config) {
    RED.nodes.createNode(this, config);
    const least = RANK.indexOf(config.colour || 'blue');
    const stop = lifeline.onAlarm((event) => {
      const { alarm, change } = event;
      if (RANK.indexOf(alarm.colour) < least) return;
      if (config.lifeline && alarm.lifeline !== config.lifeline) return;
      if (config.facility && alarm.facility !== config.facility) return;
      if (config.raisedOnly && change !== 'raised') return;
      // What flows raised comes back only when asked for: a flow must not feed itself by accident.
      if (!config.fromFlows && alarm.rule === 'raised-by-flow') return;
      this.send({ topic: alarm.rule, payload: alarm, change, at: event.at, ring: event.announce.ring });
    });
    this.on('close', stop);
  }
  RED.nodes.registerType('lifeline-alarm-in', AlarmIn);
};
