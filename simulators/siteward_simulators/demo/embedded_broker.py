"""``python -m siteward_simulators.demo.embedded_broker PORT``: rumqttd, which comes as a wheel.

It keeps no queue on disk, which is why production and, where it can, the demo use Mosquitto;
the edge's outbox is what survives its restart.
"""

import sys

from iotcore import IotCoreBroker

from siteward_simulators.demo.broker import MAX_PAYLOAD, WINDOW

if __name__ == "__main__":
    IotCoreBroker(
        listen="127.0.0.1",
        port=int(sys.argv[1]),
        max_payload_size=MAX_PAYLOAD * 4,
        max_inflight_count=WINDOW,
    ).run_forever()
