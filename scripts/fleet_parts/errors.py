"""What ends a command of scripts/fleet, with its exit status: 2 where the request cannot be carried out as it is."""


class FleetError(Exception):
    def __init__(self, text, status=2):
        super().__init__(text)
        self.status = status
