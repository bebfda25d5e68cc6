"""What a person does about the own way in: address, second step, devices, terms."""
