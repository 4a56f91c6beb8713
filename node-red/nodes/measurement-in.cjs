/** Live measurements of the city, one message each. */
module.exports = (RED) => {
  const { lifeline } = RED.settings;

  function MeasurementIn(config) {
    RED.nodes.createNode(this, config);
    const filter = {};
    for (const key of ['point', 'quantity', 'facility', 'lifeline'])
      if (config[key]) filter[key] = config[key];
    const stop = lifeline.onMeasurement(filter, (m) => {
      if (config.goodOnly !== false && m.quality !== 'good') return;
      const { time, value, quality, ...point } = m;
      this.send({ topic: m.point, payload: value, time, quality, point });
    });
    this.on('close', stop);
  }
  RED.nodes.registerType('lifeline-measurement-in', MeasurementIn);
};
