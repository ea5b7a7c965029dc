package naru.houserules.example.junit;

import naru.houserules.example.log.Log;

public final class KnowsLog {
    Log log = new Log();
}
