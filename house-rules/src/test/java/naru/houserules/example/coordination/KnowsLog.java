package naru.houserules.example.coordination;

import naru.houserules.example.log.Log;

final class KnowsLog {
    Log log = new Log();
}
