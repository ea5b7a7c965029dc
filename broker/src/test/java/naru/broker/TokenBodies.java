package naru.broker;

import org.apache.kafka.common.message.CreateDelegationTokenRequestData;
import org.apache.kafka.common.message.CreateDelegationTokenRequestData.CreatableRenewers;
import org.apache.kafka.common.message.DescribeDelegationTokenRequestData;
import org.apache.kafka.common.message.DescribeDelegationTokenRequestData.DescribeDelegationTokenOwner;
import org.apache.kafka.common.message.ExpireDelegationTokenRequestData;
import org.apache.kafka.common.message.RenewDelegationTokenRequestData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

import java.util.List;

/** Requests of the matrix about delegation tokens. */
final class TokenBodies {
    /** A kind of renewer that is refused, so that no tokens pile up. */
    private static final List<CreatableRenewers> REFUSED =
            List.of(new CreatableRenewers().setPrincipalType("Role").setPrincipalName("any"));

    private TokenBodies() {}

    static CreateDelegationTokenRequestData creation(
            KafkaPrincipal owner, List<CreatableRenewers> renewers) {
        return new CreateDelegationTokenRequestData()
                .setOwnerPrincipalType(owner.getPrincipalType())
                .setOwnerPrincipalName(owner.getName())
                .setRenewers(renewers)
                .setMaxLifetimeMs(-1);
    }

    static ApiMessage create(Names names) {
        return creation(Needed.SOMEBODY, REFUSED);
    }

    static ApiMessage createOwn(Names names) {
        return new CreateDelegationTokenRequestData().setRenewers(REFUSED).setMaxLifetimeMs(-1);
    }

    static ApiMessage renew(Names names) {
        return new RenewDelegationTokenRequestData().setHmac(new byte[64]);
    }

    static ApiMessage expire(Names names) {
        return new ExpireDelegationTokenRequestData().setHmac(new byte[64]);
    }

    static ApiMessage describe(Names names) {
        return new DescribeDelegationTokenRequestData()
                .setOwners(
                        List.of(
                                new DescribeDelegationTokenOwner()
                                        .setPrincipalType(Needed.SOMEBODY.getPrincipalType())
                                        .setPrincipalName(Needed.SOMEBODY.getName())));
    }
}
