# Sourced from the root: $python has the packages of requirements.txt.
source .ci/python-env.sh
python_env google .ci/google/requirements.txt
