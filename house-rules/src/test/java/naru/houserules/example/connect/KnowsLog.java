package naru.houserules.example.connect;

import naru.houserules.example.log.Log;

public final class KnowsLog {
    Log log = new Log();
}
