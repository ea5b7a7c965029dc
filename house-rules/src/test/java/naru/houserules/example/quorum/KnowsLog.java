package naru.houserules.example.quorum;

import naru.houserules.example.log.Log;

final class KnowsLog {
    Log log = new Log();
}
