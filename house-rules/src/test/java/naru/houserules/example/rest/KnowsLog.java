package naru.houserules.example.rest;

import naru.houserules.example.log.Log;

public final class KnowsLog {
    Log log = new Log();
}
