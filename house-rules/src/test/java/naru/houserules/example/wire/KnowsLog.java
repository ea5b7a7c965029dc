package naru.houserules.example.wire;

import naru.houserules.example.log.Log;

final class KnowsLog {
    Log log = new Log();
}
